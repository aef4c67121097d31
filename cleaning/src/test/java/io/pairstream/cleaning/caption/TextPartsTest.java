package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import org.junit.jupiter.params.ParameterizedTest;
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
        "![dog](d.jpg) and [cat](http://c.example) | dog and cat"
      })
  void removesMarkup(String marked, String plain) {
    assertThat(Markup.removedFrom(marked).strip().replaceAll(" +", " ")).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "I <3 dogs",
        "a < b > c",
        "<unknown>",
        "x <- y",
        "<a photo of a dog>",
        "[a] (b)",
        "[x](a b)"
      })
  void leavesWhatIsNoMarkup(String text) {
    assertThat(Markup.removedFrom(text)).isEqualTo(text);
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
        "Booking.com sign",
        "black and/or white",
        "www",
        "awww.cute",
        "http:// alone",
        "3.5/5 stars",
        "St.Mary/Paul",
        "a.m./p.m."
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
  @ValueSource(
      strings = {
        "+49 30 1234567",
        "(555) 123-4567",
        "555-234-4567",
        "1-800-555-0143",
        "Tel: 1234567",
        "13912345678",
        "139-1234-5678",
        "010-12345678",
        "01 23 45 67 89",
        "020 7946 0018",
        "电话：8765 4321",
        "+(44) 20 7946 0018",
        "415-555-0199",
        "415.555.0199",
        "(415)555-0199",
        "415 555 0199",
        "1 415 555 0199",
        "+1 415 555 0199",
        "+1-415-555-0199",
        "+1.4155550199",
        "+14155550199",
        "+44 7911 123456",
        "+44.20.7946.0018",
        "+33 1 23 45 67 89",
        "+33.1.23.45.67.89",
        "+86 139 1234 5678",
        "+86-10-1234-5678",
        "+81 3-1234-5678",
        "+61 2 9374 4000",
        "+7 (495) 123-45-67",
        "+39 06 1234 5678",
        "+34 912 345 678",
        "+351.212345678",
        "+352 621 123 456",
        "Tel 020 7946 0018",
        "tel.: 030 1234567",
        "Phone: 555-0199",
        "Fax 415-555-0199",
        "call 555 0199",
        "whatsapp 07911 123456",
        "hotline: 400-820-8820",
        "T\u00e9l. 01 23 45 67 89",
        "Telefon 0228 1234567",
        "tel 415-555-0199-22",
        "01.23.45.67.89",
        "01-23-45-67-89",
        "030 12345678",
        "0228/1234567",
        "089-12345678",
        "0171 1234567",
        "07911 123456",
        "0161 496 0000",
        "(020) 7946 0018",
        "0912 345 678",
        "0912-345-678",
        "010 1234 5678",
        "021-6123 4567",
        "0755-8888 8888",
        "0571 87654321",
        "138 1234 5678",
        "15012345678",
        "手机13912345678",
        "热线：400 820 8820",
        "传真 021 6123 4567",
        "電話 02 1234 5678",
        "1-888-555-0143",
        "888.555.0143",
        "555-234-4567 555-234-4568",
        "13912345678 13812345678",
        "tel. 415-555-0199-A"
      })
  void removesTelephoneNumbers(String number) {
    String rest = new PhoneNumbers().removedFrom("dog " + number + " cat");

    assertThat(rest).startsWith("dog ").endsWith(" cat").doesNotContainPattern("[0-9]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1920 x 1080",
        "2010-2015",
        "10 000 000 people",
        "12.05.2014",
        "01.02.2020 14:30",
        "2015-06-12 10:30:45",
        "IMG_20150612",
        "1234567890123",
        "bus 42, 31 and 7",
        "100 200 300",
        "0.123456789",
        "Boeing 747-400",
        "room 12 of 1000000",
        "iPhone 12 1234567px",
        "SKU 0012 3456 7890",
        "SKU: 0012-3456-7890",
        "sku#0123-456-789",
        "part no. 415-555-0199-A",
        "part no. 415-555-0199",
        "Part Number: 0123 456 789",
        "P/N 415-555-0199",
        "S/N 0012-345-678",
        "Part 415-555-0199",
        "parts 555-234-4567",
        "Model 555-234-4567",
        "model no. 0123-456-789",
        "Item # 0123-456-789",
        "item no: 415.555.0199",
        "Serial 0123 4567 8901",
        "serial number 0123-456-789",
        "Art. 0123 456 789",
        "Art.-Nr. 0123 456 789",
        "article 012.345.678.9",
        "order no. 0012 345 678",
        "Order number 555-234-4567",
        "Order # 415-555-0199",
        "lot 0123-456-789",
        "batch 0123-456-789",
        "Ref. 0123 456 789",
        "ref no 415-555-0199",
        "cat. no. 0123-456-789",
        "catalogue no. 0123 456 789",
        "style number 0912-345-678",
        "stock no. 0912-345-678",
        "ISBN 978-0-306-40615-7",
        "ISBN 978 030 6406 157",
        "ISBN 0-306-40615-2",
        "ISBN-13: 978-604-123-4567",
        "ISBN 03 064 06152",
        "978-604-555-0199-7",
        "ISSN 0317 8471 22",
        "EAN 0012345 678905",
        "UPC 012345 678905",
        "GTIN 0012 3456 7890",
        "IMEI 0123 456 789",
        "VIN 0123 456 789",
        "patent no. 0123 456 789",
        "accession 0123-456-789",
        "inventory no. 0123 456 789",
        "tracking number 0123 4567 8901",
        "account no. 0123-456-789",
        "product code 0912 345 678",
        "product 415-555-0199",
        "barcode 0123 456 789",
        "OEM 0123 456 789",
        "415-555-0199-A",
        "415-555-0199-XL",
        "415-555-0199-22",
        "0123-456-789-B2C",
        "货号0123 4567 89",
        "货号：0123-4567-89",
        "编号 0123 456 789",
        "型号: 555-234-4567",
        "订单号13912345678",
        "序列号 0123-456-789",
        "书号 978 030 6406 157",
        "条码 0123 456 789",
        "款号0912-345-678",
        "$250-300-1000",
        "\u20ac 250 300 1000",
        "\u00a5 0123 456 789",
        "415 555 0199 px",
        "320 480 1080 px",
        "012 345 678 km",
        "0123 456 789 \u20ac",
        "0123 456 789元",
        "+40.7128 -74.0060",
        "+37.786971 -122.399677",
        "+48.85826+002.29448/",
        "+51.50070",
        "01.02.2020-03.04.2020",
        "08/12/2014 - 09/12/2014",
        "2014-08-12/2014-09-12",
        "01-02-2020 09:30",
        "640x480 1280x960",
        "3840 x 2160 x 30",
        "1,234,567.89",
        "12 345 678",
        "from 1939 to 1945 and 2001"
      })
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
