/// Replicating a disk to another host at checkpoints.
@NullMarked
package io.cairn.job.replication;

import org.jspecify.annotations.NullMarked;
