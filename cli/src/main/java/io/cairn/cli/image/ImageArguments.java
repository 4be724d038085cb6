package io.cairn.cli.image;

import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;

import org.jspecify.annotations.Nullable;

/// What a command line says of how an image is to be opened: the options that the commands share.
public final class ImageArguments {
    /// `--object`.
    public static final Flag OBJECT = Flag.of("object").withArgument("objectdef");

    /// `--image-opts`.
    public static final Flag IMAGE_OPTS = Flag.of("image-opts");

    /// `-f`, `--format`.
    public static final Flag FORMAT = Flag.of('f', "format").withArgument("fmt");

    /// `-f` in the commands that know no long form of it.
    public static final Flag SHORT_FORMAT = Flag.of('f').withArgument("fmt");

    /// `-U`, `--force-share`.
    public static final Flag FORCE_SHARE = Flag.of('U', "force-share");

    private final Images images;
    private @Nullable String format;
    private boolean isOptions;
    private boolean forceShare;

    /// Arguments without any option so far.
    public ImageArguments(Images images) {
        this.images = images;
    }

    /// The same for an image of another format.
    public ImageArguments withFormat(@Nullable String other) {
        ImageArguments copy = new ImageArguments(images);
        copy.format = other;
        copy.isOptions = isOptions;
        copy.forceShare = forceShare;
        return copy;
    }

    /// The same, with or without letting others write meanwhile.
    public ImageArguments withForceShare(boolean on) {
        ImageArguments copy = withFormat(format);
        copy.forceShare = on;
        return copy;
    }

    /// The same for an image that is named by node options, or by a filename.
    public ImageArguments withOptions(boolean on) {
        ImageArguments copy = withFormat(format);
        copy.isOptions = on;
        return copy;
    }

    /// Takes one of the options above; objects are made at once.
    ///
    /// @throws IllegalArgumentException if it is none of them, so not declared where it should be
    public void accept(String option, @Nullable String value) throws ToolException {
        switch (option) {
            case "object" -> images.addObject(text(value));
            case "image-opts" -> isOptions = true;
            case "format", "f" -> format = text(value);
            case "force-share" -> forceShare = true;
            default -> throw new IllegalArgumentException(option);
        }
    }

    private static String text(@Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException("an option without its argument");
        }
        return value;
    }

    /// The format that was named, or null.
    public @Nullable String format() {
        return format;
    }

    /// Whether names of images are node options.
    public boolean isOptions() {
        return isOptions;
    }

    /// Whether others may write to the image meanwhile.
    public boolean forceShare() {
        return forceShare;
    }
}
