package io.cairn.qmp.chardev;

/// A device that takes everything and gives nothing: nobody is ever there.
public final class NullChardev implements Chardev {
    @Override
    public String filename() {
        return "null";
    }

    @Override
    public void attach(FrontEnd frontEnd) {}

    @Override
    public void close() {}
}
