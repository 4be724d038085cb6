/// Exports of nodes as files, over FUSE (Linux manual, fuse(4); Linux kernel, `linux/fuse.h`).
@NullMarked
package io.cairn.fuse.server;

import org.jspecify.annotations.NullMarked;
