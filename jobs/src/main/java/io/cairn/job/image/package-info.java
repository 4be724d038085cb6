/// Operations on whole images: info, creation, check, map, measurement and resizing.
@NullMarked
package io.cairn.job.image;

import org.jspecify.annotations.NullMarked;
