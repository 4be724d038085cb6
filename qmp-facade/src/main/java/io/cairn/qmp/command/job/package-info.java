/// Commands that start, watch and steer jobs.
@NullMarked
package io.cairn.qmp.command.job;

import org.jspecify.annotations.NullMarked;
