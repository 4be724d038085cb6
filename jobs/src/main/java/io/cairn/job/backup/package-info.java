/// Backup: a copy of a node as it was when the job began, made while guests write.
@NullMarked
package io.cairn.job.backup;

import org.jspecify.annotations.NullMarked;
