package io.cairn.qmp.command;

import java.util.List;

/// The monitor on which a command came, for the few commands that are about it.
public interface Caller {
    /// Ends the negotiation.
    ///
    /// @param capabilities those that the client turns on
    void negotiated(List<String> capabilities) throws QmpException;

    /// The number of the descriptor that came last beside the client's requests and was not taken
    /// yet; the command owns it.
    ///
    /// @throws QmpException if there is none
    int takeDescriptor() throws QmpException;
}
