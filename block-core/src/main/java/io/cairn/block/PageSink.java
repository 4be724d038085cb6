package io.cairn.block;

/// Takes data that a read finds in the host's page cache, without a copy.
///
/// What it holds are the pages themselves: a later write to the same place of the file may show in
/// them until they are consumed, as with a read that is still under way. So only a node whose data
/// never move lets its pages be taken.
public interface PageSink extends AutoCloseable {
    /// The most bytes that it takes at one time.
    int capacity();

    @Override
    void close();
}
