package io.cairn.qmp.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Json;
import io.cairn.block.statistics.OperationKind;
import io.cairn.block.statistics.OperationStatistics;
import io.cairn.qmp.export.ExportInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.xml.parsers.DocumentBuilderFactory;

/// What the page is made of, from figures that no daemon would have.
class PageTextsTest {
    private static final String HOSTILE = "</title><script>alert(\"1\")</script>&'\u0001\n\\";

    private static Figures figures(List<Figures.Vertex> vertices, List<Figures.Edge> edges) {
        return new Figures(
                vertices,
                edges,
                List.of(),
                List.of(),
                List.of(
                        new ExportInfo(
                                HOSTILE, "nbd", HOSTILE, HOSTILE, true, List.of(HOSTILE), false)));
    }

    private static Figures.NodeFigures node(String name) {
        OperationStatistics reads =
                new OperationStatistics(512, 2, 1, 0, 0, 1_500_000_001, Optional.empty());
        return new Figures.NodeFigures(
                name, "raw", HOSTILE, false, Map.of(OperationKind.READ, reads));
    }

    private static Element parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
    }

    private static List<String> texts(Element picture, String element) {
        List<String> texts = new ArrayList<>();
        NodeList found = picture.getElementsByTagName(element);
        for (int i = 0; i < found.getLength(); i++) {
            texts.add(found.item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void hostileNamesStayText() throws Exception {
        Figures figures =
                figures(
                        List.of(new Figures.FrontEnd(HOSTILE), node(HOSTILE)),
                        List.of(new Figures.Edge(0, 1, HOSTILE)));

        Element picture = parse(GraphPicture.of(figures));
        assertThat(picture.getElementsByTagName("script").getLength()).isZero();
        assertThat(texts(picture, "title"))
                .hasSize(3)
                .allMatch(text -> text.contains("</title><script>alert(\"1\")</script>&'\ufffd"));

        String metrics = MetricsText.of(figures);
        assertThat(metrics)
                .contains(
                        "cairn_node_bytes_total{node=\"</title><script>alert(\\\"1\\\")</script>&'"
                                + "\u0001\\n\\\\\",driver=\"raw\",operation=\"read\"} 512\n");
        assertThat(metrics.lines()).allMatch(line -> line.matches("(# (HELP|TYPE) )?cairn_.*"));

        assertThat(Json.print(Json.parseObject(StatusText.of(figures, 0))))
                .contains("\"clients\": [\"</title><script>");
    }

    @Test
    void aMountedFileIsShownWithoutClients() throws Exception {
        ExportInfo export = new ExportInfo("e", "fuse", "n", "/mnt/a", true, List.of(), false);
        Figures figures = new Figures(List.of(), List.of(), List.of(), List.of(), List.of(export));

        assertThat(MetricsText.of(figures))
                .contains(
                        "cairn_export_info{export=\"e\",node=\"n\",name=\"/mnt/a\",type=\"fuse\"}"
                                + " 1\n")
                .doesNotContain("cairn_export_clients{");
        assertThat(StatusText.of(figures, 0))
                .contains("\"type\": \"fuse\"")
                .contains("\"name\": \"/mnt/a\"");
    }

    @Test
    void secondsAreExact() {
        String metrics = MetricsText.of(figures(List.of(node("a")), List.of()));

        assertThat(metrics)
                .contains(
                        "cairn_node_operation_seconds_total"
                                + "{node=\"a\",driver=\"raw\",operation=\"read\"} 1.500000001\n");
    }

    @Test
    void boxesStandBelowAllThatUseThem() {
        List<Figures.Edge> edges =
                List.of(
                        new Figures.Edge(0, 1, "root"),
                        new Figures.Edge(1, 2, "backing"),
                        new Figures.Edge(1, 3, "file"),
                        new Figures.Edge(2, 3, "file"),
                        new Figures.Edge(4, 3, "root"));

        assertThat(new Layers(5, edges).layers())
                .containsExactly(List.of(0, 4), List.of(1), List.of(2), List.of(3));
    }

    @Test
    void boxesOfARowDoNotCrossWithoutNeed() {
        List<Figures.Edge> edges =
                List.of(new Figures.Edge(0, 3, "file"), new Figures.Edge(1, 2, "file"));

        assertThat(new Layers(4, edges).layers()).containsExactly(List.of(0, 1), List.of(3, 2));
    }

    @Test
    void aCircleEndsTheLayoutToo() {
        List<Figures.Edge> edges =
                List.of(
                        new Figures.Edge(0, 1, "a"),
                        new Figures.Edge(1, 2, "b"),
                        new Figures.Edge(2, 1, "c"));

        assertThat(new Layers(3, edges).layers().stream().mapToInt(List::size).sum()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "8080,127.0.0.1,8080",
        ":8080,127.0.0.1,8080",
        "0.0.0.0:1,0.0.0.0,1",
        "[::1]:65535,::1,65535",
        "localhost:80,localhost,80",
    })
    void addressesAreOfThisHostUnlessTold(String text, String host, int port) throws Exception {
        assertThat(PageAddress.parse(text)).isEqualTo(new PageAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "localhost", "a:", "a:0", "a:65536", "a:-1", "::1:80", "[a]:1"})
    void wrongAddressesAreRefused(String text) {
        assertThatThrownBy(() -> PageAddress.parse(text))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageMatching("port '.*' is not between 1 and 65535|not an address: .*");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,true",
        "LocalHost:8080,true",
        "127.0.0.1:8080,true",
        "[::1]:9,true",
        "given:9,true",
        "evil.example,false",
        "localhost.evil.example:8080,false",
        "127.0.0.1.evil.example,false",
        "192.0.2.1,false",
        "[::1,false",
        "'',false",
    })
    void overLoopbackTheHostMustBeThisOne(String host, boolean isAllowed) throws Exception {
        HostCheck check = new HostCheck("given");

        assertThat(check.allows(List.of(host), InetAddress.ofLiteral("127.0.0.1")))
                .isEqualTo(isAllowed);
        assertThat(check.allows(List.of(host), InetAddress.ofLiteral("192.0.2.7"))).isTrue();
    }

    @Test
    void oneHostMustBeNamed() {
        HostCheck check = new HostCheck("given");

        assertThat(check.allows(null, InetAddress.ofLiteral("192.0.2.7"))).isFalse();
        assertThat(check.allows(List.of("a", "b"), InetAddress.ofLiteral("192.0.2.7"))).isFalse();
    }
}
