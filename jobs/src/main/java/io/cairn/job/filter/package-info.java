/// Filters that jobs put above nodes; no user can name them.
@NullMarked
package io.cairn.job.filter;

import org.jspecify.annotations.NullMarked;
