package io.cairn.qmp.command.monitor;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.throttle.ThrottleLimits;
import io.cairn.qmp.command.CommandTable;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The options of the command line that are lists of parameters, as `query-command-line-options`
/// tells of them.
final class CommandLineOptions {
    /// An option at the margin, then its parameters: name, type, and what it is for.
    private static final String TEXT =
            """
            add-fd
             opaque string what the user notes beside the descriptor
             set number the set that the descriptor goes into
             fd number the inherited descriptor
            accel
             accel string
            chardev
             abstract boolean
             tight boolean
             append boolean
             size size
             tls-authz string
             tls-creds string
             reconnect number
             nodelay boolean
             server boolean
             wait boolean
             ipv6 boolean
             ipv4 boolean
             to number
             fd string
             port string
             host string
             path string
             backend string
            device
            drive
             copy-on-read boolean keep what is read from the backing file
             werror string what to do when a write fails
             rerror string what to do when a read fails
             read-only boolean whether the medium is not written
             file string name of the medium's file
             if string what the drive is connected by
             media string disk or cdrom
             index number which of its kind the drive is
             unit number which of its bus the drive is
             bus number which bus of its kind
             snapshot boolean whether what is written is forgotten in the end
             format string format of the medium
             aio string how requests are made of the host
             discard string whether discarded space is given back
             detect-zeroes string whether zeroes that are written take no space
             cache.direct boolean whether the host's cache is passed by
             cache.no-flush boolean whether flushes are left out
             cache.writeback boolean whether a write may wait for a flush
             force-share boolean whether others may write
             throttling.group string the group whose limits the drive shares
             throttling.iops-size number bytes that count as one request
            machine
             type string
            mon
             pretty boolean
             chardev string
             mode string
            name
             guest string name of the machine
            object
            option-rom
             romfile string
             bootindex number
            """;

    private CommandLineOptions() {}

    /// All options, or the one of a name.
    ///
    /// @throws InvalidOptionException if there is none of the name
    static List<JsonObject> describe(@Nullable String name) throws InvalidOptionException {
        List<JsonObject> options = new ArrayList<>();
        String option = "";
        List<JsonObject> parameters = new ArrayList<>();
        for (String line : TEXT.lines().toList()) {
            if (line.startsWith(" ")) {
                parameters.add(parameter(line.substring(1)));
                continue;
            }
            add(option, parameters, name, options);
            option = line;
            parameters.clear();
        }
        add(option, parameters, name, options);
        if (options.isEmpty()) {
            throw new InvalidOptionException("invalid option name: " + name);
        }
        return options;
    }

    private static void add(
            String option,
            List<JsonObject> parameters,
            @Nullable String name,
            List<JsonObject> options) {
        if (option.isEmpty() || (name != null && !name.equals(option))) {
            return;
        }
        if (option.equals("drive")) {
            for (String limit : ThrottleLimits.names()) {
                if (!limit.equals("iops-size")) {
                    parameters.add(parameter("throttling." + limit + " number"));
                }
            }
        }
        options.add(
                JsonObject.builder()
                        .put("option", option)
                        .put("parameters", CommandTable.list(parameters))
                        .build());
    }

    private static JsonObject parameter(String text) {
        String[] words = text.split(" ", 3);
        JsonObject.Builder parameter =
                JsonObject.builder().put("name", words[0]).put("type", words[1]);
        if (words.length > 2) {
            parameter.put("help", words[2]);
        }
        return parameter.build();
    }
}
