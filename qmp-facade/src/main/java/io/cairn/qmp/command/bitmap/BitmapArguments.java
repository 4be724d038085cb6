package io.cairn.qmp.command.bitmap;

import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.schema.Arguments;

import java.util.ArrayList;
import java.util.List;

/// The arguments of the commands and of a transaction's actions, which are the same.
public final class BitmapArguments {
    private BitmapArguments() {}

    /// A checked `BlockDirtyBitmap`.
    public static Bitmaps.Name name(Arguments in) {
        return new Bitmaps.Name(in.string("node"), in.string("name"));
    }

    /// A checked `BlockDirtyBitmapAdd`.
    public static Bitmaps.Addition addition(Arguments in) {
        return new Bitmaps.Addition(
                name(in),
                in.findInteger("granularity"),
                in.bool("persistent", false),
                in.bool("disabled", false));
    }

    /// What is merged into what.
    public record Merge(Bitmaps.Name target, List<Bitmaps.Name> sources) {
        public Merge {
            sources = List.copyOf(sources);
        }
    }

    /// A checked `BlockDirtyBitmapMerge`.
    public static Merge merge(Arguments in) {
        String node = in.string("node");
        List<Bitmaps.Name> sources = new ArrayList<>();
        for (JsonValue source : in.list("bitmaps")) {
            if (source instanceof JsonObject object) {
                sources.add(name(new Arguments(object)));
            } else if (source instanceof JsonString text) {
                sources.add(new Bitmaps.Name(node, text.value()));
            }
        }
        return new Merge(new Bitmaps.Name(node, in.string("target")), sources);
    }
}
