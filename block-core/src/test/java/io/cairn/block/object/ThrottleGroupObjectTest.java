package io.cairn.block.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.block.throttle.ThrottleMember;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThrottleGroupObjectTest {
    private final ObjectRegistry registry = new ObjectRegistry();

    private ThrottleGroupObject add(String id, String properties) throws BlockException {
        Options options = Options.flatten(Keyval.parseObject(properties, null));
        return (ThrottleGroupObject)
                registry.add(ThrottleGroupObject.TYPE, id, options, Dialect.KEYVAL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-iops-total=10,x-iops-read=5 | bps/iops/max total values and read/write values"
                        + " cannot be used at the same time",
                "x-iops-total-max=5 | bps_max/iops_max require corresponding bps/iops values",
                "x-iops-total=10,x-iops-total-max=5 | bps_max/iops_max cannot be lower than"
                        + " bps/iops",
                "x-iops-total=5,x-iops-total-max-length=5 | burst length set without burst rate",
                "x-iops-total-max-length=0 | the burst length cannot be 0",
                "x-iops-total=-1 | Property values cannot be negative",
                "limits.iops-total=-1 | bps/iops/max values must be within [0, 1000000000000000]",
                "x-iops-size=4096 | iops size requires an iops value to be set",
                "x-iops-total-max-length=5000000000 | x-iops-total-max-length value must be in"
                        + " therange [0, 4294967295]",
                "limits.iops-read-max-length=5000000000 | iops-read-max-length value must be in"
                        + " the range [0, 4294967295]",
                "x-bps-read=1,x-bps-read-max=1000000000000000,x-bps-read-max-length=2 | burst"
                        + " length too high for this burst rate",
                "x-bps-read=1k | Parameter 'x-bps-read' expects integer",
                "limits.foo=1,x-foo=1 | Parameter 'limits.foo' is unexpected",
                "limits=3 | Invalid parameter type for 'limits', expected: object",
            })
    void refusesInThePeersWords(String properties, String message) {
        assertThatThrownBy(() -> add("g", properties)).hasMessage(message);
        assertThat(registry.find("g")).isEmpty();
        assertThat(registry.throttleGroups().find("g")).isEmpty();
    }

    @Test
    void takesFlatAndNestedPropertiesInThePeersOrder() throws BlockException {
        ThrottleGroupObject object =
                add("g", "x-iops-total=10,x-bps-read=7,limits.iops-total=20,limits.bps-read=8");

        // `limits` comes after `x-iops-total` and before `x-bps-read` in the peer's table.
        assertThat(object.group().limits().value("iops-total")).isEqualTo(20);
        assertThat(object.group().limits().value("bps-read")).isEqualTo(7);
    }

    @Test
    void changesOnlyTheNumbersThatAreGiven() throws BlockException {
        ThrottleGroupObject object = add("g", "x-iops-total=100,x-bps-write=9");

        object.setLimits(new Options().put("iops-total", 5), Dialect.QMP);

        assertThat(object.group().limits().value("iops-total")).isEqualTo(5);
        assertThat(object.group().limits().value("bps-write")).isEqualTo(9);
        assertThatThrownBy(() -> object.setLimits(new Options().put("iops-read", 5), Dialect.QMP))
                .hasMessageContaining("cannot be used at the same time");
        assertThatThrownBy(() -> object.setLimits(new Options().put("foo", 3), Dialect.QMP))
                .hasMessage("Parameter 'limits.foo' is unexpected");
        assertThat(object.group().limits().value("iops-total")).isEqualTo(5);
    }

    @Test
    void cannotGoWhileItsGroupIsUsed() throws BlockException {
        add("g", "x-iops-total=1");
        ThrottleMember member = registry.throttleGroups().join("g");

        assertThatThrownBy(() -> registry.remove("g"))
                .hasMessage("object 'g' is in use, can not be deleted");
        member.close();
        registry.remove("g");

        assertThatThrownBy(() -> registry.throttleGroups().join("g"))
                .hasMessage("Throttle group 'g' does not exist");
        add("g", "");
    }

    @Test
    void refusesATakenIdAfterBadPropertiesAndBeforeContradictions() throws BlockException {
        add("g", "");

        assertThatThrownBy(() -> add("g", "x-iops-total=-1"))
                .hasMessage("Property values cannot be negative");
        assertThatThrownBy(() -> add("g", "x-iops-size=1"))
                .hasMessage("attempt to add duplicate property 'g' to object (type 'container')");
    }
}
