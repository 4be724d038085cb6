package io.cairn.cli.nbd;

import io.cairn.block.Aio;
import io.cairn.block.NodeFlags;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.console.Tracing;
import io.cairn.cli.image.CacheMode;
import io.cairn.cli.image.Images;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What the command line asks for.
final class NbdArguments {
    static final List<Flag> FLAGS =
            List.of(
                    Flag.of('h', "help"),
                    Flag.of('V', "version"),
                    Flag.of('p', "port").withArgument("PORT"),
                    Flag.of('b', "bind").withArgument("IFACE"),
                    Flag.of('k', "socket").withArgument("PATH"),
                    Flag.of('e', "shared").withArgument("NUM"),
                    Flag.of('t', "persistent"),
                    Flag.of('v', "verbose"),
                    Flag.of('x', "export-name").withArgument("NAME"),
                    Flag.of('D', "description").withArgument("TEXT"),
                    Flag.of('o', "offset").withArgument("OFFSET"),
                    Flag.of('A', "allocation-depth"),
                    Flag.of('B', "bitmap").withArgument("NAME"),
                    Flag.of('L', "list"),
                    Flag.of("object").withArgument("OBJECTDEF"),
                    Flag.of("tls-creds").withArgument("ID"),
                    Flag.of("tls-hostname").withArgument("HOST"),
                    Flag.of("tls-authz").withArgument("ID"),
                    Flag.of('T', "trace").withArgument("PATTERN"),
                    Flag.of("fork"),
                    Flag.of("pid-file").withArgument("PATH"),
                    Flag.of("selinux-label").withArgument("LABEL"),
                    Flag.of('c', "connect").withArgument("DEV"),
                    Flag.of('d', "disconnect"),
                    Flag.of('f', "format").withArgument("FORMAT"),
                    Flag.of('r', "read-only"),
                    Flag.of('s', "snapshot"),
                    Flag.of('l', "load-snapshot").withArgument("SNAPSHOT_PARAM"),
                    Flag.of('n', "nocache"),
                    Flag.of("cache").withArgument("MODE"),
                    Flag.of("aio").withArgument("MODE"),
                    Flag.of("discard").withArgument("MODE"),
                    Flag.of("detect-zeroes").withArgument("MODE"),
                    Flag.of("image-opts"),
                    Flag.of("handshake-limit").withArgument("N"),
                    Flag.of("json").asAddition());

    private static final String DEFAULT_ADDRESS = "0.0.0.0";

    private final Invocation invocation;
    private final Messages messages;
    private final Images images;

    private @Nullable String port;
    private @Nullable String address;
    private @Nullable String socket;
    private @Nullable String exportName;
    private @Nullable CacheMode cache;
    private @Nullable Aio aio;
    private boolean isDiscardGiven;

    @Nullable String description;
    @Nullable String offset;
    @Nullable String format;
    @Nullable String pidFile;
    @Nullable String device;
    @Nullable String snapshot;
    @Nullable String selinuxLabel;
    @Nullable String tlsCreds;
    @Nullable String tlsHostname;
    @Nullable String tlsAuthz;
    @Nullable String detectZeroes;
    final List<String> bitmaps = new ArrayList<>();
    List<String> operands = List.of();
    int shared = 1;
    long handshakeSeconds = 10;
    boolean isPersistent;
    boolean isVerbose;
    boolean showsDepth;
    boolean lists;
    boolean listsAsJson;
    boolean forks;
    boolean disconnects;
    boolean isReadOnly;
    boolean isSnapshot;
    boolean isOptions;
    boolean unmaps;

    private NbdArguments(Invocation invocation, Messages messages, Images images) {
        this.invocation = invocation;
        this.messages = messages;
        this.images = images;
    }

    static NbdArguments parse(Invocation invocation, Messages messages, Images images)
            throws IOException {
        NbdArguments line = new NbdArguments(invocation, messages, images);
        List<Flag> flags =
                invocation.standIn()
                        ? FLAGS.stream().filter(flag -> !flag.isAddition()).toList()
                        : FLAGS;
        Getopt options =
                Getopt.of(
                        invocation.program(),
                        invocation.arguments(),
                        flags,
                        Getopt.Wording.LIBRARY);
        try {
            for (String option = options.next(); option != null; option = options.next()) {
                line.accept(option, options.hasValue() ? options.value() : "");
            }
        } catch (ToolException e) {
            if (!e.suggestsHelp()) {
                throw e;
            }
            messages.error(e.getMessage());
            messages.error("Try `" + invocation.program() + " --help' for more information.");
            throw ToolException.silent(1);
        }
        line.operands = options.operands();
        line.check();
        return line;
    }

    private void accept(String option, String value) throws IOException {
        switch (option) {
            case "help" -> {
                NbdHelp.printUsage(invocation);
                throw ToolException.silent(0);
            }
            case "version" -> {
                NbdHelp.printVersion(invocation);
                throw ToolException.silent(0);
            }
            case "port" -> port = value;
            case "bind" -> address = value;
            case "socket" -> {
                if (!value.startsWith("/")) {
                    throw ToolException.of("socket path must be absolute");
                }
                socket = value;
            }
            case "shared" -> shared = count(value, "Invalid shared device number '" + value + "'");
            case "handshake-limit" ->
                    handshakeSeconds = count(value, "Invalid handshake limit '" + value + "'");
            case "persistent" -> isPersistent = true;
            case "verbose" -> isVerbose = true;
            case "export-name" -> exportName = bounded(value, "export name");
            case "description" -> description = bounded(value, "export description");
            case "list" -> lists = true;
            case "json" -> listsAsJson = true;
            case "object" -> images.addObject(value);
            case "tls-creds" -> tlsCreds = value;
            case "tls-hostname" -> tlsHostname = value;
            case "tls-authz" -> tlsAuthz = value;
            case "trace" -> Tracing.accept(value, messages);
            case "fork" -> forks = true;
            case "pid-file" -> pidFile = value;
            case "selinux-label" -> selinuxLabel = value;
            case "connect" -> device = value;
            case "disconnect" -> disconnects = true;
            default -> acceptForImage(option, value);
        }
    }

    private void acceptForImage(String option, String value) throws IOException {
        switch (option) {
            case "offset" -> offset = offset(value);
            case "allocation-depth" -> showsDepth = true;
            case "bitmap" -> bitmaps.add(value);
            case "format" -> format = value;
            case "read-only" -> isReadOnly = true;
            case "snapshot" -> isSnapshot = true;
            case "load-snapshot" -> snapshot = value;
            case "nocache" -> setCache("none");
            case "cache" -> setCache(value);
            case "aio" -> setAio(value);
            case "discard" -> setDiscard(value);
            case "detect-zeroes" -> detectZeroes = value;
            case "image-opts" -> isOptions = true;
            default -> throw new IllegalArgumentException(option);
        }
    }

    private static int count(String text, String complaint) throws ToolException {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw complain(complaint, e);
        }
        throw ToolException.of(complaint);
    }

    private static ToolException complain(String text, Throwable cause) {
        ToolException failure = ToolException.of(text);
        failure.initCause(cause);
        return failure;
    }

    private static String offset(String text) throws ToolException {
        try {
            return Long.toString(Long.decode(text));
        } catch (NumberFormatException e) {
            throw complain("Invalid offset '" + text + "'", e);
        }
    }

    private static String bounded(String text, String what) throws ToolException {
        if (text.length() > NbdWire.MAX_STRING) {
            throw ToolException.of(what + " '" + text + "' too long");
        }
        return text;
    }

    private void setCache(String mode) throws ToolException {
        if (cache != null) {
            throw ToolException.of("-n and --cache can only be specified once");
        }
        try {
            cache = CacheMode.parse(mode);
        } catch (ToolException e) {
            throw complain("Invalid cache mode `" + mode + "'", e);
        }
    }

    private void setAio(String mode) throws ToolException {
        if (aio != null) {
            throw ToolException.of("--aio can only be specified once");
        }
        aio = Aio.find(mode).orElseThrow(() -> ToolException.of("Invalid aio mode '" + mode + "'"));
    }

    private void setDiscard(String mode) throws ToolException {
        if (isDiscardGiven) {
            throw ToolException.of("--discard can only be specified once");
        }
        isDiscardGiven = true;
        unmaps =
                switch (mode) {
                    case "unmap", "on" -> true;
                    case "ignore", "off" -> false;
                    default -> throw ToolException.of("Invalid discard mode `" + mode + "'");
                };
    }

    /// Refuses what does not go together.
    private void check() throws ToolException {
        requireCredentials("--tls-hostname", tlsHostname);
        requireCredentials("--tls-authz", tlsAuthz);
        if (lists) {
            checkList();
            return;
        }
        if (operands.size() != 1) {
            messages.error("Invalid number of arguments");
            messages.line("Try `" + invocation.program() + " --help' for more information.");
            throw ToolException.silent(1);
        }
        if (tlsHostname != null) {
            throw ToolException.of("TLS hostname is only supported with export list");
        }
        if (tlsCreds != null && device != null) {
            throw ToolException.of("TLS is not supported with a host device");
        }
        if (isOptions && format != null) {
            throw ToolException.of("--image-opts and -f are mutually exclusive");
        }
        if ("unmap".equals(detectZeroes) && !unmaps) {
            throw ToolException.of(
                    "setting detect-zeroes to unmap is not allowed without setting discard"
                            + " operation to unmap");
        }
        if (detectZeroes != null && !List.of("off", "on", "unmap").contains(detectZeroes)) {
            throw ToolException.of(
                    "Failed to parse detect_zeroes mode: invalid parameter value: " + detectZeroes);
        }
    }

    private void requireCredentials(String option, @Nullable String value) throws ToolException {
        if (value != null && tlsCreds == null) {
            throw ToolException.of(option + " is not permitted without --tls-creds");
        }
    }

    private void checkList() throws ToolException {
        if (!operands.isEmpty()) {
            throw ToolException.of("List mode is incompatible with a file name");
        }
        boolean isAboutDisk =
                exportName != null
                        || description != null
                        || offset != null
                        || showsDepth
                        || !bitmaps.isEmpty()
                        || device != null
                        || disconnects;
        if (isAboutDisk) {
            throw ToolException.of("List mode is incompatible with per-device settings");
        }
        if (forks) {
            throw ToolException.of("List mode is incompatible with forking");
        }
    }

    // ---- what follows

    /// Where clients connect.
    SocketEndpoint endpoint() throws ToolException {
        if (socket != null) {
            return SocketEndpoint.Unix.of(socket);
        }
        String host = Objects.requireNonNullElse(address, DEFAULT_ADDRESS);
        String text = Objects.requireNonNullElse(port, Integer.toString(NbdWire.DEFAULT_PORT));
        try {
            return SocketEndpoint.Inet.of(host, Integer.parseInt(text) & 0xffff);
        } catch (NumberFormatException e) {
            throw complain(
                    "address resolution failed for "
                            + host
                            + ":"
                            + text
                            + ": Servname not supported for ai_socktype",
                    e);
        }
    }

    boolean hasEndpoint() {
        return port != null || address != null || socket != null;
    }

    String exportName() {
        return Objects.requireNonNullElse(exportName, "");
    }

    CacheMode cache() {
        return Objects.requireNonNullElse(cache, CacheMode.WRITEBACK);
    }

    NodeFlags flags() {
        return cache().applyTo(
                        NodeFlags.READ_ONLY
                                .withReadOnly(isReadOnly)
                                .withUnmap(unmaps)
                                .withAio(Objects.requireNonNullElse(aio, Aio.THREADS)));
    }
}
