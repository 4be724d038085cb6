package io.cairn.qmp.http;

import java.util.List;

/// The block graph as a picture in SVG: what uses a node stands above it.
final class GraphPicture {
    private static final int WIDTH = 190;
    private static final int HEIGHT = 44;
    private static final int GAP_X = 24;
    private static final int GAP_Y = 52;
    private static final int MARGIN = 12;

    /// The characters of a text that a box has room for.
    private static final int ROOM = 26;

    private final Figures figures;
    private final int[] left;
    private final int[] top;
    private final StringBuilder out = new StringBuilder();

    private GraphPicture(Figures figures) {
        this.figures = figures;
        left = new int[figures.vertices().size()];
        top = new int[left.length];
    }

    static String of(Figures figures) {
        GraphPicture picture = new GraphPicture(figures);
        picture.draw();
        return picture.out.toString();
    }

    private void draw() {
        List<List<Integer>> layers = new Layers(left.length, figures.edges()).layers();
        int most = layers.stream().mapToInt(List::size).max().orElse(0);
        int width = 2 * MARGIN + Math.max(1, most) * (WIDTH + GAP_X);
        int height = 2 * MARGIN + Math.max(1, layers.size()) * (HEIGHT + GAP_Y);
        for (int row = 0; row < layers.size(); row++) {
            List<Integer> layer = layers.get(row);
            int start = (width - layer.size() * (WIDTH + GAP_X) + GAP_X) / 2;
            for (int i = 0; i < layer.size(); i++) {
                left[layer.get(i)] = start + i * (WIDTH + GAP_X);
                top[layer.get(i)] = MARGIN + row * (HEIGHT + GAP_Y);
            }
        }
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"")
                .append(width)
                .append("\" height=\"")
                .append(height)
                .append("\" font-family=\"sans-serif\" font-size=\"12\">\n");
        figures.edges().forEach(this::drawEdge);
        for (int i = 0; i < left.length; i++) {
            drawBox(i);
        }
        out.append("</svg>\n");
    }

    private void drawEdge(Figures.Edge edge) {
        int fromX = left[edge.parent()] + WIDTH / 2;
        int fromY = top[edge.parent()] + HEIGHT;
        int toX = left[edge.child()] + WIDTH / 2;
        int toY = top[edge.child()];
        int bend = GAP_Y / 2;
        String parent = figures.vertices().get(edge.parent()).name();
        String child = figures.vertices().get(edge.child()).name();
        out.append("<g class=\"edge\"><title>")
                .append(escape(parent + " \u2192 " + child + ": " + edge.name()))
                .append("</title><path fill=\"none\" stroke=\"#888\" d=\"M")
                .append(fromX + " " + fromY + "C" + fromX + " " + (fromY + bend) + " ")
                .append(toX + " " + (toY - bend) + " " + toX + " " + toY)
                .append("\"/>");
        drawText((fromX + 3 * toX) / 4 + 4, toY - GAP_Y / 4, "#666", edge.name());
        out.append("</g>\n");
    }

    private void drawBox(int index) {
        switch (figures.vertices().get(index)) {
            case Figures.FrontEnd frontEnd -> {
                String name = frontEnd.name().isEmpty() ? "(front end)" : frontEnd.name();
                openBox(index, "front-end", name, "#e8f0fe", HEIGHT / 2);
                drawText(left[index] + 12, top[index] + 26, "#000", name);
            }
            case Figures.NodeFigures node -> {
                String title = node.name() + " (" + node.driver() + ") " + node.filename();
                String colour = node.isReadOnly() ? "#f3f3f3" : "#e6f6e6";
                openBox(index, "node", title, colour, 4);
                drawText(left[index] + 10, top[index] + 18, "#000", node.name());
                drawText(left[index] + 10, top[index] + 35, "#555", node.driver());
            }
        }
        out.append("</g>\n");
    }

    private void openBox(int index, String kind, String title, String colour, int radius) {
        out.append("<g class=\"" + kind + "\"><title>")
                .append(escape(title))
                .append("</title><rect x=\"" + left[index] + "\" y=\"" + top[index])
                .append("\" width=\"" + WIDTH + "\" height=\"" + HEIGHT + "\" rx=\"" + radius)
                .append("\" stroke=\"#555\" fill=\"" + colour + "\"/>");
    }

    private void drawText(int x, int y, String colour, String text) {
        int end = Math.min(text.length(), ROOM);
        String shown = text.length() <= ROOM ? text : text.substring(0, end - 1) + "\u2026";
        out.append("<text x=\"" + x + "\" y=\"" + y + "\" fill=\"" + colour + "\">")
                .append(escape(shown))
                .append("</text>");
    }

    /// A text as XML can bear it (XML 1.0, "Characters"): what may not be there at all is shown as
    /// missing.
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '&' -> escaped.append("&amp;");
                        case '<' -> escaped.append("&lt;");
                        case '>' -> escaped.append("&gt;");
                        case '"' -> escaped.append("&quot;");
                        case '\'' -> escaped.append("&#39;");
                        default -> escaped.appendCodePoint(isAllowed(c) ? c : '\ufffd');
                    }
                });
        return escaped.toString();
    }

    private static boolean isAllowed(int c) {
        return c >= ' ' && !(c >= 0xd800 && c <= 0xdfff) && c != 0xfffe && c != 0xffff;
    }
}
