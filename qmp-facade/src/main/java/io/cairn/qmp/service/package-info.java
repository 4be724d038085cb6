/// What commands work on: the graph, its jobs, and what is offered to others.
@NullMarked
package io.cairn.qmp.service;

import org.jspecify.annotations.NullMarked;
