package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.EventSink;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Node;
import io.cairn.block.NodeFlags;
import io.cairn.block.PooledBuffer;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.FilenameSyntax;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Background;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.BackingView;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/// Opens one node: finds out its driver, opens the children that the driver asks for, and the
/// backing chain below it.
///
/// Used under the graph's writer lock by one thread.
final class NodeOpener {
    /// The longest backing chain that is followed.
    private static final int MAX_DEPTH = 400;

    private static final Set<ChildRole> STORAGE =
            Set.of(ChildRole.DATA, ChildRole.METADATA, ChildRole.PRIMARY);
    private static final Set<ChildRole> BACKING = Set.of(ChildRole.COW);

    private final BlockGraph graph;
    private final @Nullable NodeOpener overlay;
    private final int depth;

    /// The name by which this node is opened, if it has one.
    private @Nullable String opening;

    NodeOpener(BlockGraph graph) {
        this.graph = graph;
        this.overlay = null;
        this.depth = 0;
    }

    private NodeOpener(NodeOpener overlay) {
        this.graph = overlay.graph;
        this.overlay = overlay;
        this.depth = overlay.depth + 1;
    }

    /// Opens what a user asked for. The node has no owner yet.
    BlockNode open(OpenRequest request) throws BlockException {
        return open(
                request.filename(),
                new Options(request.options()),
                request.flags(),
                false,
                request.followBacking());
    }

    /// Opens a node of a driver that users cannot name.
    BlockNode open(BlockDriver driver, Options options, NodeFlags flags) throws BlockException {
        return openNode(driver, new Options(options), new Options(options), flags, false);
    }

    /// @param given the user's options for this node and its children; consumed
    /// @param defaults the flags where the options do not say
    /// @param storageOnly true to open a protocol (or an explicit driver) rather than probe for a
    ///   format
    private BlockNode open(
            @Nullable String filename,
            Options given,
            NodeFlags defaults,
            boolean storageOnly,
            boolean followBacking)
            throws BlockException {
        if (depth > MAX_DEPTH) {
            throw new BlockException(Errno.ELOOP, "The backing chain is too long");
        }
        opening = filename;
        String name = filename;
        if (name != null && FilenameSyntax.isJson(name)) {
            given.inherit(FilenameSyntax.parseJson(name));
            name = null;
        }
        Options explicit = new Options(given);
        String driverName = given.takeText("driver");
        BlockDriver driver = driverName == null ? null : graph.requireDriver(driverName);
        if (storageOnly && driver == null) {
            driver = protocolFor(name, given);
        }
        if (driver != null && driver.isProtocol()) {
            return openNode(
                    driver,
                    protocolOptions(driver, name, given),
                    explicit,
                    defaults,
                    followBacking);
        }
        if (name != null) {
            if (given.hasSub("file") && given.contains("file.filename")) {
                throw new InvalidOptionException(
                        "Can't specify 'file' and filename options at the same time");
            }
            putFile(name, given);
        }
        if (driver != null) {
            return openNode(driver, given, explicit, defaults, followBacking);
        }
        return openProbed(given, explicit, defaults, followBacking);
    }

    /// Turns a filename into options of the child `file`, by the driver that they name or that the
    /// filename leads to.
    private void putFile(String filename, Options given) throws BlockException {
        String named = given.getString("file.driver");
        BlockDriver driver =
                named == null ? graph.protocolOf(filename, true) : graph.requireDriver(named);
        Options parsed = new Options();
        if (!driver.isProtocol()) {
            Options child = given.takeSub("file");
            putFile(filename, child);
            given.putSub("file", child);
            return;
        }
        driver.parseFilename(filename, parsed);
        given.put("file.driver", driver.name());
        given.inherit(new Options().putSub("file", parsed));
    }

    /// Opens the storage first, looks at its head, and opens the format found on top of it.
    private BlockNode openProbed(
            Options given, Options explicit, NodeFlags defaults, boolean followBacking)
            throws BlockException {
        Options rest = new Options(given);
        if (!rest.hasSub("file") && !rest.contains("file")) {
            throw new InvalidOptionException("Must specify either driver or file");
        }
        Options own = new Options(given);
        NodeFlags flags = NodeOptions.take(own, defaults).flags();
        BlockNode storage = openStorage(own, flags);
        try {
            BlockDriver driver = probe(storage);
            rest.takeSub("file");
            rest.take("file");
            return openNode(driver, rest, explicit, defaults, followBacking, storage);
        } finally {
            graph.releaseIfUnused(storage);
        }
    }

    private BlockNode openStorage(Options options, NodeFlags parentFlags) throws BlockException {
        String reference = options.takeText("file");
        Options sub = options.takeSub("file");
        if (reference != null) {
            requireNothingElse(sub);
            return graph.lookup(reference);
        }
        NodeFlags flags = NodeOptions.inherited(parentFlags, DriverKind.FORMAT, STORAGE);
        return new NodeOpener(this).open(null, sub, flags, true, true);
    }

    private BlockDriver probe(BlockNode storage) throws BlockException {
        int count = (int) Math.min(BlockDriver.PROBE_LENGTH, storage.length());
        // Zeroed, since a null node leaves the buffer as it is.
        try (PooledBuffer pooled = BufferPool.shared().acquireZeroed(BlockDriver.PROBE_LENGTH)) {
            ByteBuffer head = Buffers.slice(pooled.buffer(), 0, count);
            try {
                storage.io().read(0, head);
            } catch (BlockException e) {
                throw e.prefixed("Could not read image for determining its format");
            }
            return probe(head, storage.filename());
        }
    }

    private BlockDriver probe(ByteBuffer head, String filename) throws BlockException {
        BlockDriver best = null;
        int bestScore = 0;
        for (BlockDriver candidate : graph.drivers().probingFormats()) {
            int score = candidate.probe(head.duplicate(), filename);
            if (score > bestScore) {
                best = candidate;
                bestScore = score;
            }
        }
        if (best == null) {
            throw new BlockException(
                    Errno.ENOENT, "Could not determine image format: No compatible driver found");
        }
        return best;
    }

    /// The driver of a storage node without a `driver` option: by the filename's prefix, else
    /// `file` or a device's.
    private BlockDriver protocolFor(@Nullable String filename, Options options)
            throws BlockException {
        String name = filename == null ? null : filename;
        if (name == null && options.contains("filename")) {
            name = options.getString("filename");
        }
        if (name == null) {
            throw new InvalidOptionException("Must specify either driver or file");
        }
        return graph.protocolOf(name, filename != null);
    }

    private static Options protocolOptions(
            BlockDriver driver, @Nullable String filename, Options given) throws BlockException {
        if (filename == null) {
            return given;
        }
        if (given.contains("filename")) {
            throw new InvalidOptionException(
                    "Can't specify 'file' and 'filename' options at the same time");
        }
        Options parsed = new Options();
        driver.parseFilename(filename, parsed);
        return new Options(given).inherit(parsed);
    }

    private BlockNode openNode(
            BlockDriver driver,
            Options options,
            Options explicit,
            NodeFlags defaults,
            boolean followBacking)
            throws BlockException {
        return openNode(driver, options, explicit, defaults, followBacking, null);
    }

    private BlockNode openNode(
            BlockDriver driver,
            Options options,
            Options explicit,
            NodeFlags defaults,
            boolean followBacking,
            @Nullable BlockNode storage)
            throws BlockException {
        Options all = new Options(options).put("driver", driver.name());
        String nodeName = options.takeText("node-name");
        graph.requireFreeName(nodeName);
        NodeOptions generic = NodeOptions.take(options, defaults);
        Options backing = new Options();
        boolean noBacking = takeBacking(driver, options, backing);
        BlockNode node =
                new BlockNode(
                        graph,
                        nodeName == null ? graph.generateName() : nodeName,
                        driver,
                        generic.flags(),
                        explicit,
                        all);
        node.setImplicit(false);
        node.setFormatProbed(storage != null);
        boolean hasStorage = storage != null || options.contains("file") || options.hasSub("file");
        if (driver.isProtocol() || !hasStorage) {
            graph.takePlace(node);
        }
        boolean done = false;
        try {
            graph.drains().opened(node, driver.open(new Context(node, options, storage)));
            graph.takePlace(node);
            if (followBacking && !driver.supportsBacking()) {
                requireNoBacking(options);
            }
            requireAllTaken(driver, options);
            node.io().setDetectZeroes(generic.detectZeroes());
            node.refresh();
            if (driver.kind() == DriverKind.FILTER) {
                graph.updatePermissions(node);
            }
            // No node of the backing chain may have its name.
            graph.register(node);
            if (driver.supportsBacking()) {
                openBacking(node, backing, noBacking, followBacking);
            }
            done = true;
            return node;
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            if (!done) {
                graph.unregister(node);
                graph.abandon(node);
            }
        }
    }

    private static void requireNoBacking(Options options) throws InvalidOptionException {
        if (options.contains("backing") || options.hasSub("backing")) {
            throw new InvalidOptionException("Driver doesn't support backing files");
        }
    }

    /// Moves what the options say of the backing child; true if they say that there is none.
    private static boolean takeBacking(BlockDriver driver, Options options, Options into) {
        if (options.get("backing") == JsonNull.NULL) {
            options.take("backing");
            return true;
        }
        if (!driver.supportsBacking()) {
            return false;
        }
        String reference = options.takeText("backing");
        if (reference != null) {
            into.put("backing", reference);
        }
        into.putSub("backing", options.takeSub("backing"));
        return reference != null && reference.isEmpty();
    }

    private void openBacking(
            BlockNode node, Options given, boolean noBacking, boolean followBacking)
            throws BlockException {
        Optional<BackingReference> named = node.driverInstance().backingReference();
        String reference = given.takeText("backing");
        Options sub = given.takeSub("backing");
        if (noBacking || !followBacking) {
            node.setNamedBacking(node.resolvedBackingFilename().orElse(null));
            return;
        }
        String resolved = null;
        if (named.isPresent()) {
            resolved = graph.resolveBacking(node, named.get().filename());
            node.setNamedBacking(resolved);
        }
        if (reference != null) {
            requireNothingElse(sub);
            BlockNode referred = graph.lookup(reference);
            if (referred == node) {
                throw new InvalidOptionException(
                        "Making '"
                                + reference
                                + "' a backing child of '"
                                + reference
                                + "' would create a cycle");
            }
            graph.attach(node, "backing", BACKING, referred, false);
            return;
        }
        if (named.isEmpty() && sub.isEmpty()) {
            return;
        }
        boolean fromImage =
                !sub.hasSub("file") && !sub.contains("file") && !sub.contains("filename");
        String filename = null;
        if (fromImage && resolved != null) {
            requireFollowed(node, "backing", resolved);
            filename = resolved;
            String format = named.get().format();
            if (format != null && !sub.contains("driver")) {
                sub.put("driver", format);
            }
        } else if (sub.contains("filename")) {
            filename = sub.takeText("filename");
        }
        requireNoLoop(filename);
        NodeFlags flags = NodeOptions.inherited(node.flags(), node.kind(), BACKING);
        BlockNode backing;
        boolean overridden = !sub.isEmpty() && !(sub.keys().size() == 1 && sub.contains("driver"));
        try {
            backing = new NodeOpener(this).open(filename, sub, flags, false, true);
        } catch (BlockException e) {
            throw e.prefixed("Could not open backing file");
        }
        graph.attach(node, "backing", BACKING, backing, true);
        if (fromImage && resolved != null && !overridden) {
            node.setNamedBacking(backing.filename());
        }
    }

    private void requireFollowed(BlockNode node, String kind, String filename)
            throws BlockException {
        if (!graph.followPolicy().mayFollow(node, kind, filename)) {
            throw new BlockException(
                    Errno.EACCES,
                    "The image names '"
                            + filename
                            + "' as its "
                            + kind
                            + ", which may not be followed");
        }
    }

    /// Refuses a name that is being opened already, further up the chain.
    private void requireNoLoop(@Nullable String filename) throws BlockException {
        for (NodeOpener opener = this; opener != null; opener = opener.overlay) {
            if (filename != null && filename.equals(opener.opening)) {
                throw new BlockException(
                        Errno.EINVAL, "Backing file '" + filename + "' creates an infinite loop.");
            }
        }
    }

    private static void requireNothingElse(Options sub) throws BlockException {
        if (!sub.isEmpty()) {
            throw new InvalidOptionException(
                    "Cannot reference an existing block device with additional options or a new"
                            + " filename");
        }
    }

    private static void requireAllTaken(BlockDriver driver, Options options) throws BlockException {
        String left = options.firstKey();
        if (left == null) {
            return;
        }
        throw new InvalidOptionException(
                driver.isProtocol()
                        ? "Block protocol '"
                                + driver.name()
                                + "' doesn't support the option '"
                                + left
                                + "'"
                        : "Block format '"
                                + driver.name()
                                + "' does not support the option '"
                                + left
                                + "'");
    }

    /// What the driver of the node being opened sees.
    private final class Context implements OpenContext {
        private final BlockNode node;
        private final Options options;
        private final @Nullable BlockNode storage;

        Context(BlockNode node, Options options, @Nullable BlockNode storage) {
            this.node = node;
            this.options = options;
            this.storage = storage;
        }

        @Override
        public Node node() {
            return node;
        }

        @Override
        public Options options() {
            return options;
        }

        @Override
        public NodeFlags flags() {
            return node.flags();
        }

        @Override
        public Child openChild(String name, Set<ChildRole> roles) throws BlockException {
            return openOptionalChild(name, roles)
                    .orElseThrow(() ->
                            new InvalidOptionException(
                                    "A block device must be specified for \"" + name + "\""));
        }

        @Override
        public Optional<Child> openOptionalChild(String name, Set<ChildRole> roles)
                throws BlockException {
            Optional<Child> child = attachGiven(name, roles);
            if (name.equals("file")) {
                graph.takePlace(node);
            }
            return child;
        }

        private Optional<Child> attachGiven(String name, Set<ChildRole> roles)
                throws BlockException {
            if (storage != null && name.equals("file")) {
                return Optional.of(graph.attach(node, name, roles, storage, true));
            }
            String reference = options.takeText(name);
            Options sub = options.takeSub(name);
            if (reference != null) {
                requireNothingElse(sub);
                return Optional.of(graph.attach(node, name, roles, graph.lookup(reference), false));
            }
            if (sub.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(attachNew(name, roles, null, sub, true));
        }

        @Override
        public Child openImage(String name, Set<ChildRole> roles) throws BlockException {
            Options sub = options.sub(name);
            if (options.contains(name) || sub.isEmpty()) {
                return openChild(name, roles);
            }
            return attachNew(name, roles, null, options.takeSub(name), false);
        }

        @Override
        public Child openImage(String name, String filename, Set<ChildRole> roles)
                throws BlockException {
            return attachNew(name, roles, filename, options.takeSub(name), false);
        }

        @Override
        public Optional<Node> findNode(String name) {
            return graph.find(name).map(Node.class::cast);
        }

        @Override
        public void forEachDirty(String name, String bitmap, DirtyRange action)
                throws BlockException {
            BlockNode owner =
                    graph.find(name)
                            .orElseThrow(() ->
                                    new BlockException(
                                            Errno.ENOENT, "Node '" + name + "' not found"));
            DirtyBitmap found =
                    owner.findBitmap(bitmap)
                            .orElseThrow(() ->
                                    new BlockException(
                                            Errno.ENOENT,
                                            "Dirty bitmap '" + bitmap + "' not found"));
            found.requireUsable();
            long end = found.length();
            for (DirtyBitmap.Range dirty = found.nextDirty(0, end, end);
                    dirty != null;
                    dirty = found.nextDirty(dirty.offset() + dirty.length(), end, end)) {
                action.range(dirty.offset(), dirty.length());
            }
        }

        @Override
        public Child openFilename(String name, String filename, Set<ChildRole> roles)
                throws BlockException {
            return attachNew(name, roles, filename, options.takeSub(name), true);
        }

        @Override
        public Child openReferenced(
                String name, String kind, String filename, Options extra, Set<ChildRole> roles)
                throws BlockException {
            String resolved = graph.resolveBacking(node, filename);
            requireFollowed(node, kind, resolved);
            return attachNew(name, roles, resolved, new Options(extra), true);
        }

        private Child attachNew(
                String name,
                Set<ChildRole> roles,
                @Nullable String filename,
                Options sub,
                boolean storageOnly)
                throws BlockException {
            NodeFlags flags = NodeOptions.inherited(node.flags(), node.kind(), roles);
            if (filename != null && sub.contains("filename")) {
                throw new InvalidOptionException(
                        "Can't specify 'file' and 'filename' options at the same time");
            }
            BlockNode child =
                    new NodeOpener(NodeOpener.this).open(filename, sub, flags, storageOnly, true);
            return graph.attach(node, name, roles, child, true);
        }

        @Override
        public BackingView backing() {
            return new NodeBacking(node);
        }

        @Override
        public void downgradeToReadOnly(String messageIfNotAllowed) throws BlockException {
            NodeFlags now = node.flags();
            if (now.readOnly()) {
                return;
            }
            if (!now.autoReadOnly()) {
                throw new BlockException(Errno.EACCES, messageIfNotAllowed);
            }
            node.setFlags(now.withReadOnly(true));
        }

        @Override
        public boolean isFormatProbed() {
            return node.isFormatProbed();
        }

        @Override
        public String probe(ByteBuffer head) throws BlockException {
            String filename = storage == null ? "" : storage.filename();
            return NodeOpener.this.probe(head, filename).name();
        }

        @Override
        public boolean isForMachine() {
            return graph.isForMachine();
        }

        @Override
        public void warn(String message) {
            graph.warn(message);
        }

        @Override
        public Background background() {
            return node.io().background();
        }

        @Override
        public EventSink events() {
            return graph.events();
        }

        @Override
        public ObjectRegistry objects() {
            return graph.objects();
        }
    }
}
