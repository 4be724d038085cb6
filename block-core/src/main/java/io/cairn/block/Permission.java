package io.cairn.block;

/// What a parent may do to a node that it uses, or lets others do to it.
public enum Permission {
    /// Reads return what was last written through the same parent's eyes.
    CONSISTENT_READ("consistent read"),
    /// Writes that may change what a guest sees.
    WRITE("write"),
    /// Writes that leave what a guest sees as it was (copy-on-read, stream).
    WRITE_UNCHANGED("write unchanged"),
    /// Changes of the node's length.
    RESIZE("resize");

    private final String text;

    Permission(String text) {
        this.text = text;
    }

    /// The permission's name in messages.
    public String text() {
        return text;
    }
}
