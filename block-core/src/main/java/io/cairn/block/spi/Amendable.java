package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.option.Options;

/// An open image whose creation options can be changed afterwards (QMP reference manual,
/// "x-blockdev-amend"): what a {@link DriverInstance} implements if it can.
public interface Amendable {
    /// From now on {@link DriverInstance#childPermissions} is to answer what a change needs, until
    /// {@link #endAmendment} has been called as often.
    default void beginAmendment() {}

    /// Ends what {@link #beginAmendment} began.
    default void endAmendment() {}

    /// Changes the image. Other requests go on meanwhile; the image is on stable storage before
    /// this returns.
    ///
    /// @param options what is to change, by the options' names of creation; what is not named stays
    /// @param force also do what may lose the data, such as erasing the last key
    /// @throws BlockException if an option is unknown, wrong, or cannot be changed; nothing has
    ///   changed then
    void amend(Options options, boolean force) throws BlockException;
}
