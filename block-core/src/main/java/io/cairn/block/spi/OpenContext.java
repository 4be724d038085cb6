package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.EventSink;
import io.cairn.block.Node;
import io.cairn.block.NodeFlags;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/// What a driver is given to open a node.
public interface OpenContext {
    /// The node being opened; its length and filename are not known yet.
    Node node();

    /// The options that are not generic; the driver takes what it knows, and what is left over is
    /// refused.
    Options options();

    /// How the node is opened. After {@link #downgradeToReadOnly} these say so.
    NodeFlags flags();

    /// Opens (or finds) the child that the options call `name` and `name.*`.
    Child openChild(String name, Set<ChildRole> roles) throws BlockException;

    /// The same, or empty if the options have no such child.
    Optional<Child> openOptionalChild(String name, Set<ChildRole> roles) throws BlockException;

    /// The open node of that name.
    Optional<Node> findNode(String name);

    /// Hears of the dirty ranges of a bitmap, in ascending order.
    @FunctionalInterface
    interface DirtyRange {
        /// One range; `length` may reach beyond the node's end within the last granule.
        void range(long offset, long length) throws BlockException;
    }

    /// Tells of every dirty range of a node's bitmap.
    void forEachDirty(String node, String bitmap, DirtyRange action) throws BlockException;

    /// As {@link #openChild}, but the child is an image: its format is probed where the options
    /// name no driver.
    Child openImage(String name, Set<ChildRole> roles) throws BlockException;

    /// Opens an image by a filename that is part of this node's own; options `name.*` go along.
    Child openImage(String name, String filename, Set<ChildRole> roles) throws BlockException;

    /// Opens a child by a filename that is part of this node's own; options `name.*` go along.
    Child openFilename(String name, String filename, Set<ChildRole> roles) throws BlockException;

    /// Opens a child by a name found in an image, if the caller's policy lets names of that kind
    /// (`data-file`, `extent`) be followed. The name is relative to the image.
    Child openReferenced(
            String name, String kind, String filename, Options options, Set<ChildRole> roles)
            throws BlockException;

    /// What shows through where the image has nothing. Asked only after opening.
    BackingView backing();

    /// The node becomes read-only if it is allowed to by itself (`auto-read-only`), else this
    /// throws `EACCES` with the given message.
    void downgradeToReadOnly(String messageIfNotAllowed) throws BlockException;

    /// True if the format was guessed from the content rather than named by the user.
    boolean isFormatProbed();

    /// The name of the format that would be guessed for an image that begins like this.
    ///
    /// @param head the first bytes of the image
    String probe(ByteBuffer head) throws BlockException;

    /// True if the node is to be a disk of a machine, or part of one: images of a kind that is kept
    /// for its conversion alone are then refused.
    boolean isForMachine();

    /// Tells the user of something that works but is unwise.
    void warn(String message);

    /// Counts the work that the driver does beside the requests of the node's parents.
    Background background();

    /// Where the driver reports events of this node.
    EventSink events();

    /// The objects (secrets, …) that options refer to by id.
    ObjectRegistry objects();
}
