package io.pairstream.tools.pictures;

import static io.pairstream.schemas.PairStatus.TEST;
import static io.pairstream.schemas.PairStatus.TRAINING;
import static io.pairstream.schemas.PairStatus.VALIDATION;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.schemas.PairStatus;
import io.pairstream.tools.pictures.PictureIndex.NearCopy;
import io.pairstream.tools.pictures.PictureIndex.NearPair;
import io.pairstream.tools.pictures.PictureIndex.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PictureIndexTest {

  @AutoClose private PictureIndex pictures;

  @BeforeEach
  void open() {
    pictures = new PictureIndex();
  }

  private void put(String pair, PairStatus split, String image, String hash, String mirrored) {
    pictures.put(pair, split, image, hash, mirrored, "");
  }

  private List<NearCopy> inTwoSplits() {
    List<NearCopy> found = new ArrayList<>();
    pictures.inTwoSplits(NearCopies.DEFAULT, found::add);
    return found;
  }

  private List<String> pairsInTwoSplits() {
    return inTwoSplits().stream()
        .map(near -> near.picture().imageDigest() + near.copy().imageDigest() + near.distanceBits())
        .toList();
  }

  @Test
  void findsPicturesThatDifferInAtMostSoManyBitsAndAreInTwoSplits() {
    put("1", TRAINING, "a", "0000000000000000", "");
    put("2", VALIDATION, "b", "0000000000000007", "");
    put("3", TEST, "c", "00000000000000ff", "");
    put("4", TRAINING, "d", "000000000000000f", "");
    put("5", TRAINING, "e", "f000000000000000", "");
    put("6", TEST, "f", "no hash", "");
    put("7", TRAINING, "g", "ffff000000000000", "");
    put("8", TEST, "h", "ffff00000000000f", "");
    put("9", TRAINING, "i", "0000ffff00000000", "");
    put("10", TEST, "j", "0000ffff0000001f", "");

    assertThat(pairsInTwoSplits()).containsExactlyInAnyOrder("ab3", "db1", "gh4");
  }

  @Test
  void countsAPictureOnceHoweverManyItNearlyIs() {
    put("1", TRAINING, "a", "0000000000000000", "");
    put("2", TRAINING, "a", "0000000000000000", "");
    for (int i = 0; i < 3; i++) {
      put("held out " + i, VALIDATION, "b" + i, "0000000000000000", "");
      put("tested " + i, TEST, "c" + i, "0000000000000001", "");
    }

    // The one of training, and the three of validation that are nearly one of test.
    assertThat(inTwoSplits()).hasSize(4);
  }

  @Test
  void findsAMirroredOneWhicheverOfTheTwoIsMirrored() {
    put("1", TRAINING, "a", "0000000000000000", "ffffffffffffffff");
    put("2", VALIDATION, "b", "fffffffffffffffe", "00000000ffffffff");
    put("3", TRAINING, "c", "0000ffff00000000", "00ff00ff00ff00ff");
    put("4", TEST, "d", "0f0f0f0f0f0f0f0f", "0000ffff00000003");

    assertThat(pairsInTwoSplits()).containsExactlyInAnyOrder("ab1", "cd2");
    List<NearCopy> upright = new ArrayList<>();
    pictures.inTwoSplits(new NearCopies(NearCopies.Policy.IGNORE, 4, false, 20), upright::add);
    assertThat(upright).isEmpty();
  }

  @Test
  void namesOneThatWasLookedUpRatherThanOneThatWasNot() {
    put("1", TRAINING, "a", "0000000000000000", "");
    put("2", TEST, "b", "0000000000000000", "");
    pictures.put("3", TEST, "c", "0000000000000000", "", "c");
    pictures.put("4", VALIDATION, "d", "0000000000000001", "", "d");

    put("5", TRAINING, "e", "00ff00ff00000000", "");
    put("6", TEST, "f", "00ff00ff00000000", "");
    pictures.put("7", TEST, "g", "00ff00ff00000001", "", "g");

    assertThat(pairsInTwoSplits()).contains("ac0", "eg1");
  }

  @Test
  void whatIsWithdrawnOrReplacedCountsNoMore() {
    put("1", TRAINING, "a", "0000000000000000", "");
    put("2", VALIDATION, "b", "0000000000000000", "");
    put("3", VALIDATION, "c", "0000000000000000", "");
    pictures.remove("2");
    put("3", TRAINING, "c", "0000000000000000", "");

    assertThat(inTwoSplits()).isEmpty();
  }

  @Test
  void aGroupIsInTwoSplitsAlsoWhereItsFirstPictureIsOlderThanTheLookUp() {
    pictures.put("1", TRAINING, "a", "0000000000000000", "", "");
    pictures.put("2", VALIDATION, "b", "0000000000000001", "", "a");
    pictures.put("3", TEST, "c", "00000000000000ff", "", "c");
    pictures.put("4", TEST, "d", "00000000000000fe", "", "c");

    List<String> found = new ArrayList<>();
    pictures.groupsInTwoSplits((first, in) -> found.add(first + in));

    assertThat(found).containsExactly("a[TRAINING, VALIDATION]");
  }

  @Test
  void listsThePairsOfOtherPicturesThatAreNearlyOneTheNearestFirst() {
    put("1", TRAINING, "a", "0000000000000000", "");
    put("2", TEST, "b", "0000000000000007", "");
    put("3", TRAINING, "c", "fffffffffffffffe", "");
    put("4", TRAINING, "d", "00000000000000ff", "");

    assertThat(
            pictures.nearTo(
                new Picture("a", TRAINING, 0, Optional.of(-1L), false), NearCopies.DEFAULT))
        .containsExactly(new NearPair("3", "c", TRAINING, 1), new NearPair("2", "b", TEST, 3));
  }
}
