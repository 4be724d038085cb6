package io.cairn.block.object;

/// An object of the type `iothread`: the name of a thread on which a user wants nodes to be served.
/// Requests choose their threads themselves here, so that what it holds is told and nothing more.
///
/// @param id its name
/// @param pollMaxNanos for how long the thread would look for requests before it sleeps
/// @param pollGrow by how much that would grow; 0 for a standard
/// @param pollShrink by how much that would shrink; 0 for a standard
/// @param aioMaxBatch the requests that it would make at once; 0 for a standard
public record Iothread(
        String id, long pollMaxNanos, long pollGrow, long pollShrink, long aioMaxBatch)
        implements ObjectRegistry.UserObject {
    @Override
    public String type() {
        return IothreadType.TYPE;
    }
}
