package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// All connections of a node to its server. There is more than one where the user wants it and the
/// server has said that what one connection has flushed is there for all
/// (`NBD_FLAG_CAN_MULTI_CONN`): requests take them in turn.
final class NbdLinks {
    private final NbdServerLink first;
    private final List<NbdServerLink> links = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    private NbdLinks(NbdServerLink first) {
        this.first = first;
        links.add(first);
    }

    /// Connects to a server.
    static NbdLinks open(SocketEndpoint endpoint, NbdOptions options, @Nullable TlsCredentials tls)
            throws BlockException {
        NbdLinks links = new NbdLinks(new NbdServerLink(endpoint, options, tls, null));
        ExportInfo info = links.first.open();
        // A descriptor stands for one connection.
        boolean mayBeMany =
                info.has(NbdWire.FLAG_CAN_MULTI_CONN)
                        && !(endpoint instanceof SocketEndpoint.Descriptor);
        for (int i = 1; mayBeMany && i < options.connections(); i++) {
            links.links.add(new NbdServerLink(endpoint, options, tls, info));
        }
        return links;
    }

    /// What the server has said of the export.
    ExportInfo info() {
        return first.info();
    }

    /// A connection, while there is one.
    @Nullable NbdConnection connected() {
        return first.connected();
    }

    /// Has the server carry out a request, see {@link NbdServerLink#run}.
    NbdRequest run(NbdRequest request) throws BlockException {
        int index = links.size() == 1 ? 0 : Math.floorMod(turn.getAndIncrement(), links.size());
        return links.get(index).run(request);
    }

    /// Makes requests that wait for the server to come back fail with `ECANCELED`.
    void cancelWaiting() {
        links.forEach(NbdServerLink::cancelWaiting);
    }

    void close() {
        links.forEach(NbdServerLink::close);
    }
}
