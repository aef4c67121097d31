package io.pairstream.ingest.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.http.Principal;
import org.junit.jupiter.api.Test;

class DataSetPlacesTest {

  private final DataSetPlaces places = new DataSetPlaces(2, 1);

  @Test
  void producerThatHasAPlaceLeavesTheOtherToOthers() {
    assertThat(places.take("ann")).isTrue();
    assertThat(places.take("ann")).isFalse();
    assertThat(places.take("bob")).isTrue();
    assertThat(places.take("cleo")).isFalse();

    places.giveBack("ann");
    assertThat(places.take("cleo")).isTrue();
    assertThat(places.take("ann")).isFalse();
  }

  @Test
  void whoeverHasNoKeyMayHaveEveryPlace() {
    String anonymous = Principal.ANONYMOUS.producer();
    assertThat(places.take(anonymous)).isTrue();
    assertThat(places.take(anonymous)).isTrue();
    assertThat(places.take(anonymous)).isFalse();

    places.giveBack(anonymous);
    assertThat(places.take(anonymous)).isTrue();
  }

  @Test
  void producerMayHaveAsManyAsOneMayHave() {
    DataSetPlaces four = new DataSetPlaces(4, 2);
    assertThat(four.take("ann")).isTrue();
    assertThat(four.take("ann")).isTrue();
    assertThat(four.take("ann")).isFalse();

    four.giveBack("ann");
    assertThat(four.take("ann")).isTrue();
  }
}
