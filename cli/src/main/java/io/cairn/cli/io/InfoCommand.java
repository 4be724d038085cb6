package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Sizes;
import io.cairn.block.spi.FormatInfo;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.image.SpecificText;

/// `info`: what the image's driver knows of it.
final class InfoCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("info", "prints information about the current file");
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        BlockNode node = session.image().node();
        Stdout out = session.out();
        out.println("format name: ".concat(node.driver()));
        if (node.isProtocol()) {
            out.println("format name: ".concat(node.driver()));
        }
        FormatInfo info;
        try {
            info = node.formatInfo();
        } catch (BlockException _) {
            throw CommandException.silent();
        }
        if (info == FormatInfo.NONE) {
            throw CommandException.silent();
        }
        out.println("cluster size: ".concat(Sizes.exact(info.clusterSize())));
        out.println("vm state offset: ".concat(Sizes.exact(Math.max(0, info.vmStateOffset()))));
        JsonObject specific = info.specific();
        if (specific != null) {
            StringBuilder text = new StringBuilder("Format specific information:\n");
            SpecificText.append(text, specific);
            out.print(text.toString());
        }
    }
}
