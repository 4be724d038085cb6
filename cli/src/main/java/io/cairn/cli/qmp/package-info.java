/// `cairn qmp`: a shell for whoever serves QMP.
@NullMarked
package io.cairn.cli.qmp;

import org.jspecify.annotations.NullMarked;
