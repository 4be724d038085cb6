/// Operations on whole images and the jobs that run in a graph.
@NullMarked
package io.cairn.job;

import org.jspecify.annotations.NullMarked;
