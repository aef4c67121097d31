package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of cleaning, each alone: on what it is for, and on what it must leave alone. */
class TextPartsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cafÃ© | café", "cafÃƒÂ© | café",
        "itâ€™s | it’s", "it\u00E2\u0080\u0099s | it’s",
        "Ã©tudiant | étudiant", "voilÃ  la mer | voilà  la mer",
        "assis Ã une table | assis à une table", "20Â°C | 20°C",
        "ä¸€ä¸ªç”·äºº | 一个男人", "ðŸ˜€ smile | 😀 smile",
        "Ð’ Ð´Ð¾Ð¼Ðµ | В доме", "one cafÃ© and one café | one café and one café"
      })
  void repairsMojibake(String broken, String whole) {
    assertThat(Mojibake.repaired(broken)).isEqualTo(whole);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "“caffè”…", "un café”— dit-il", "À LA CARTE™", "“AMANHÃ”", "MAÇÃ\u00A0VERDE", "100 Å²",
        "«PÂ»", "Großer Spaß“", "5×½", "naïve façade", "ÅÄÖ åäö", "ÇA VA À…",
        "Ã", "Â", "É”"
      })
  void leavesWhatAPersonMayHaveWritten(String text) {
    assertThat(Mojibake.repaired(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ＡＢＣ１２３ | ABC123",
        "ｈｅｌｌｏ，ｗｏｒｌｄ！ | hello,world!",
        "一只狗，ＡＢ！ | 一只狗，AB！",
        "ﾊﾞｽ ￥ | バス ¥",
        "ﬁne ﬂowers in oﬃces x² ① ㎏ | fine flowers in offices x² ① ㎏",
        "⼀只⽩⾊的⽝在⽔边的⽯头上 | 一只白色的犬在水边的石头上",
        "⼀⼆三⾏⼈，⻓⻢ | 一二三行人，长马",
        "⺠⻔⻰⺟⻳ ⺼⻌ | 民门龙母龟 ⺼⻌",
        "\uF9BA\uF90A丽\uFA0E | 了金丽\uFA0E",
        "\uFEDB\uFEE0\uFE90 \uFEFB \uFDFA | كلب لا \uFDFA"
      })
  void foldsWidthAndNothingElse(String wide, String folded) {
    assertThat(Normalizer.normalize(Width.folded(wide), Normalizer.Form.NFC)).isEqualTo(folded);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a <b>red</b> dog | a red dog",
        "one<br/>two | one two",
        "x<!-- no -->y | x y",
        "a<SCRIPT type='x'>alert(1 < 2)</SCRIPT>b | a b",
        "<img src=a.jpg alt=x>dog | dog",
        "![dog](d.jpg) and [cat](http://c.example) | dog and cat",
        "I <3 dogs | I <3 dogs",
        "a < b > c | a < b > c",
        "<unknown> | <unknown>",
        "x <- y | x <- y",
        "<a photo of a dog> | <a photo of a dog>",
        "[a] (b) | [a] (b)",
        "[x](a b) | [x](a b)"
      })
  void removesMarkupAlone(String marked, String plain) {
    String left = Markup.removedFrom(marked);
    assertThat(marked.equals(plain) ? left : left.strip().replaceAll(" +", " ")).isEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "see http://a.example/b?c=d. | see.",
        "see (https://a.example) now | see  now",
        "www.example.com/x | ''",
        "at example.com/dogs, today | at, today",
        "狗http://a.example/b狗 | 狗 狗",
        "http://w.example/Foo_(bar) dog | ' dog'"
      })
  void removesLinks(String text, String without) {
    assertThat(new Links().removedFrom(text)).isEqualTo(without.replace("'", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Booking.com sign", "black and/or white", "www", "awww.cute",
        "http:// alone", "3.5/5 stars", "St.Mary/Paul", "a.m./p.m."
      })
  void leavesWhatIsNoLink(String text) {
    assertThat(new Links().removedFrom(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "write to anna.b+c@mail.example.org. | write to.",
        "mailto:a@b.cd dog | ' dog'",
        "邮箱abc@qq.com谢谢 | 邮箱 谢谢"
      })
  void removesEmailAddresses(String text, String without) {
    assertThat(SpanFinder.emailAddresses().removedFrom(text)).isEqualTo(without.replace("'", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "出租公寓，电话010-62345678转801 | 出租公寓，电话",
        "出租公寓，电话：010-62345678 转 801，价格面议 | 出租公寓，电话，价格面议",
        "出租公寓（电话 010-62345678 分机801） | 出租公寓（电话）",
        "flat to let, 415-555-0199 ext. 5 | flat to let",
        "flat to let, call 415-555-0199x5, no pets | flat to let, call, no pets",
        "flat to let, tel: (415) 555-0199 extension 12. | flat to let, tel.",
        "flat to let: 415-555-0199, 415-555-0198. | flat to let.",
        "两居室，13800138000、13900139000！ | 两居室！",
        "房东：13800138000，微信同号 | 房东，微信同号",
        "flat (415-555-0199) to let | flat to let",
        "call 415-555-0199 extra large bed | call extra large bed"
      })
  void nothingOfATelephoneNumberStays(String text, String without) {
    assertThat(new PhoneNumbers().removedFrom(text).replace("  ", " ")).isEqualTo(without);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cats @ home", "@anna", "a@b", "5 @ 3.50", "a@b.1"})
  void leavesWhatIsNoEmailAddress(String text) {
    assertThat(SpanFinder.emailAddresses().removedFrom(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "telephone-numbers.txt", delimiter = '|')
  void removesTelephoneNumbers(String number) {
    String rest = new PhoneNumbers().removedFrom("dog " + number + " cat");

    assertThat(rest).startsWith("dog ").endsWith(" cat").doesNotContainPattern("[0-9]");
  }

  @ParameterizedTest
  @CsvFileSource(resources = "no-telephone-numbers.txt", delimiter = '|')
  void leavesWhatIsNoTelephoneNumber(String text) {
    assertThat(new PhoneNumbers().removedFrom(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "~GoldenRetriever puppy | Golden Retriever puppy",
        "my ~red_car ~NYC ~iPhone | my red car NYC iPhone",
        "~话题~很好 | 话题 很好",
        "今天~旅行 | 今天 旅行",
        "we are ~1 in C~ | we are ~1 in C~"
      })
  void writesHashtagsAsWords(String text, String words) {
    assertThat(Hashtags.asWordsIn(text.replace('~', '#'))).isEqualTo(words.replace('~', '#'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"dog 🐶🏽 cat ❤️ | dog cat", "I❤NY | I NY", "© 2020 ½ — “x” | © 2020 ½ — “x”"})
  void removesEmoji(String text, String without) {
    assertThat(VisibleText.of(CleanCaption.EMOJI.matcher(text).replaceAll(" "))).isEqualTo(without);
  }
}
