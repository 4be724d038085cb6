package io.cairn.block.filter;

import io.cairn.block.spi.Child;

/// An open `blkreplay` node: its image as it is.
final class BlkreplayInstance extends PassThrough {
    BlkreplayInstance(Child image) {
        super(image);
    }
}
