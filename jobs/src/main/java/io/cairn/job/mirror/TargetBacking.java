package io.cairn.job.mirror;

/// What the target of a mirror stands on once it takes the source's place.
public enum TargetBacking {
    /// On what it stands already.
    KEEP,
    /// On the node whose data was not copied: the source's backing node, or the source itself if
    /// nothing was copied at first.
    SOURCE,
    /// On the backing file that its image names, which is opened then.
    OWN
}
