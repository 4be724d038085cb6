/// Writing what an overlay holds into a backing file.
@NullMarked
package io.cairn.job.commit;

import org.jspecify.annotations.NullMarked;
