package io.cairn.qmp.command;

import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.PeerOrder;

import org.jspecify.annotations.Nullable;

/// A request that has the form of one (QMP specification, "Issuing Commands").
///
/// @param command the command's name
/// @param isOob whether it is to run out of band
/// @param arguments as they came
/// @param id what the reply is to repeat, or null
public record Request(String command, boolean isOob, JsonObject arguments, @Nullable JsonValue id) {
    /// The request that a message is.
    ///
    /// @param allowsOob whether the client has turned `oob` on
    static Request of(JsonObject message, boolean allowsOob) throws QmpException {
        String command = null;
        boolean isOob = false;
        JsonObject arguments = JsonObject.EMPTY;
        for (String member : PeerOrder.sort(message.members().keySet())) {
            JsonValue value = message.get(member);
            boolean isExec = member.equals("execute");
            if (isExec || (member.equals("exec-oob") && allowsOob)) {
                if (!(value instanceof JsonString name)) {
                    throw wrong(member, "must be a string");
                }
                if (command != null) {
                    throw wrong(member, "clashes with '" + (isExec ? "exec-oob" : "execute") + "'");
                }
                command = name.value();
                isOob = !isExec;
            } else if (member.equals("arguments")) {
                if (!(value instanceof JsonObject object)) {
                    throw wrong(member, "must be an object");
                }
                arguments = object;
            } else if (!member.equals("id")) {
                throw wrong(member, "is unexpected");
            }
        }
        if (command == null) {
            throw QmpException.generic("QMP input lacks member 'execute'");
        }
        return new Request(command, isOob, arguments, message.get("id"));
    }

    private static QmpException wrong(String member, String problem) {
        return QmpException.generic("QMP input member '" + member + "' " + problem);
    }
}
