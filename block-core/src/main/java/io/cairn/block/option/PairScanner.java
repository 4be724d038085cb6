package io.cairn.block.option;

/// Takes the elements of a text like `k=v,flag,k2=a,,b` apart: up to `=` or a comma stands a name,
/// and a value goes up to a single comma.
final class PairScanner {
    private final String text;
    private int position;

    PairScanner(String text) {
        this.text = text;
    }

    boolean hasMore() {
        return position < text.length();
    }

    boolean isAtStart() {
        return position == 0;
    }

    /// What stands before the next `=` or comma; the position stays.
    String name() {
        return text.substring(position, nameEnd());
    }

    /// Whether the next element is a name with a value.
    boolean hasValue() {
        int end = nameEnd();
        return end < text.length() && text.charAt(end) == '=';
    }

    /// Passes the name and the `=` or comma after it.
    void skipName() {
        position = Math.min(nameEnd() + 1, text.length());
    }

    /// Takes what stands before the next single comma, each doubled one as one, and passes that
    /// comma.
    String value() {
        StringBuilder value = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == ',') {
                if (position == text.length() || text.charAt(position) != ',') {
                    break;
                }
                position++;
            }
            value.append(c);
        }
        return value.toString();
    }

    private int nameEnd() {
        int end = position;
        while (end < text.length() && text.charAt(end) != '=' && text.charAt(end) != ',') {
            end++;
        }
        return end;
    }
}
