package io.cairn.job.commit;

import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;

/// What is to be committed (QMP reference manual, "block-commit").
///
/// @param settings what every job is made with
/// @param device the chain's root node
/// @param base the filename of the node that takes the data; null for the deepest
/// @param baseNode the same by its node name
/// @param top the filename of the topmost node whose data is committed; null for the root
/// @param topNode the same by its node name
/// @param backingFile what the image above the top is to call its backing file afterwards
/// @param onError what becomes of the job when a request fails
/// @param filterNodeName the name of the filter that the job puts above the top
public record CommitOptions(
        JobSettings settings,
        String device,
        @Nullable String base,
        @Nullable String baseNode,
        @Nullable String top,
        @Nullable String topNode,
        @Nullable String backingFile,
        OnError onError,
        @Nullable String filterNodeName) {
    /// The whole chain is committed into its deepest image.
    public static CommitOptions of(JobSettings settings, String device) {
        return new CommitOptions(
                settings, device, null, null, null, null, null, OnError.REPORT, null);
    }

    /// The nodes between which data moves, by their names; null for the defaults.
    public CommitOptions withNodes(@Nullable String newBase, @Nullable String newTop) {
        return new CommitOptions(
                settings, device, base, newBase, top, newTop, backingFile, onError, filterNodeName);
    }

    /// The nodes between which data moves, by their filenames; null for the defaults.
    public CommitOptions withFiles(@Nullable String newBase, @Nullable String newTop) {
        return new CommitOptions(
                settings,
                device,
                newBase,
                baseNode,
                newTop,
                topNode,
                backingFile,
                onError,
                filterNodeName);
    }

    public CommitOptions withBackingFile(String filename) {
        return new CommitOptions(
                settings, device, base, baseNode, top, topNode, filename, onError, filterNodeName);
    }

    public CommitOptions withOnError(OnError policy) {
        return new CommitOptions(
                settings,
                device,
                base,
                baseNode,
                top,
                topNode,
                backingFile,
                policy,
                filterNodeName);
    }

    public CommitOptions withFilterNodeName(String name) {
        return new CommitOptions(
                settings, device, base, baseNode, top, topNode, backingFile, onError, name);
    }
}
