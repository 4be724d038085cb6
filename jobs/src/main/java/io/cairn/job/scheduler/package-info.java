/// The scheduler of jobs: their states, verbs, groups, pauses, speed limits, error policies and
/// events.
@NullMarked
package io.cairn.job.scheduler;

import org.jspecify.annotations.NullMarked;
