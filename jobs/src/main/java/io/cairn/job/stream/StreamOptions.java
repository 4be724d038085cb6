package io.cairn.job.stream;

import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;

/// What is to be streamed (QMP reference manual, "block-stream").
///
/// @param settings what every job is made with
/// @param device the node that takes the data
/// @param base the filename of the node whose data is not copied and becomes the backing file
/// @param baseNode the same by its node name
/// @param bottom the node name of the last node whose data is copied
/// @param backingFile what the image is to call its backing file afterwards
/// @param onError what becomes of the job when a request fails
/// @param filterNodeName the name of the filter that the job puts above the node
public record StreamOptions(
        JobSettings settings,
        String device,
        @Nullable String base,
        @Nullable String baseNode,
        @Nullable String bottom,
        @Nullable String backingFile,
        OnError onError,
        @Nullable String filterNodeName) {
    /// Everything below the node is copied into it.
    public static StreamOptions of(JobSettings settings, String device) {
        return new StreamOptions(settings, device, null, null, null, null, OnError.REPORT, null);
    }

    /// Only what stands above the base is copied.
    public StreamOptions withBaseNode(String name) {
        return new StreamOptions(
                settings, device, base, name, bottom, backingFile, onError, filterNodeName);
    }

    /// Only what stands above the base is copied.
    public StreamOptions withBase(String filename) {
        return new StreamOptions(
                settings, device, filename, baseNode, bottom, backingFile, onError, filterNodeName);
    }

    /// Only what this node and those above it hold is copied.
    public StreamOptions withBottom(String name) {
        return new StreamOptions(
                settings, device, base, baseNode, name, backingFile, onError, filterNodeName);
    }

    public StreamOptions withBackingFile(String filename) {
        return new StreamOptions(
                settings, device, base, baseNode, bottom, filename, onError, filterNodeName);
    }

    public StreamOptions withOnError(OnError policy) {
        return new StreamOptions(
                settings, device, base, baseNode, bottom, backingFile, policy, filterNodeName);
    }

    public StreamOptions withFilterNodeName(String name) {
        return new StreamOptions(
                settings, device, base, baseNode, bottom, backingFile, onError, name);
    }
}
