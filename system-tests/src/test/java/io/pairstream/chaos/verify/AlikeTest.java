package io.pairstream.chaos.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlikeTest {

  @Test
  void whatMostHoldIsRightWhicheverCameFirst() {
    Alike<String, String> steps = new Alike<>();
    steps.add("cut", "x", site(1));
    steps.add("cut", "Probe", site(2));
    steps.add("small", "Resize", site(3));
    steps.add("cut", "Probe", site(4));
    steps.add("cut", "y", site(5));

    List<String> odd = new ArrayList<>();
    steps.odd(
        (site, held, rightSite, right) ->
            odd.add(site.offset() + held + rightSite.offset() + right));

    assertThat(odd).containsExactly("1x2Probe", "5y2Probe");
  }

  private static Site site(long offset) {
    return new Site("topic", 0, offset);
  }
}
