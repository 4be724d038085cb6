package io.cairn.qmp.command.bitmap;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.service.StorageService;
import io.cairn.qmp.transaction.Action;
import io.cairn.qmp.transaction.Transaction;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// The commands about dirty bitmaps (QMP reference manual, "Block devices").
public final class BitmapCommands implements CommandFamily {
    private final Bitmaps bitmaps;
    private final Transaction transaction;

    public BitmapCommands(StorageService service) {
        this.bitmaps = new Bitmaps(service.graph());
        this.transaction = new Transaction(service.graph());
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("block-dirty-bitmap-add", BitmapArguments::addition, in -> run(bitmaps.add(in)));
        table.add(
                "block-dirty-bitmap-remove", BitmapArguments::name, in -> run(bitmaps.remove(in)));
        table.add("block-dirty-bitmap-clear", BitmapArguments::name, in -> run(bitmaps.clear(in)));
        table.add(
                "block-dirty-bitmap-enable",
                BitmapArguments::name,
                in -> run(bitmaps.setRecording(in, true)));
        table.add(
                "block-dirty-bitmap-disable",
                BitmapArguments::name,
                in -> run(bitmaps.setRecording(in, false)));
        table.add(
                "block-dirty-bitmap-merge",
                BitmapArguments::merge,
                in -> run(bitmaps.merge(in.target(), in.sources())));
        table.query("x-debug-block-dirty-bitmap-sha256", BitmapArguments::name, this::sha256);
    }

    private void run(Action action) throws BlockException, QmpException {
        transaction.run(List.of(action));
    }

    private JsonValue sha256(Bitmaps.Name name) throws BlockException {
        byte[] bits = bitmaps.find(name).bits();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bits);
            return JsonObject.builder().put("sha256", HexFormat.of().formatHex(digest)).build();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
