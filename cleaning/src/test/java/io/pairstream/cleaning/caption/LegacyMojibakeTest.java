package io.pairstream.cleaning.caption;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.ClassPathFile;
import java.nio.charset.Charset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LegacyMojibakeTest {

  private static List<String> captions(String file, String language) {
    return ClassPathFile.lines(LegacyMojibakeTest.class, file)
        .filter(line -> line.startsWith(language + "\t"))
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .toList();
  }

  @Test
  void repairsWhatWasSentAsGbk() {
    assertThat(Mojibake.repaired("º¢×ÓÔÚº£Ì²ÉÏµÄÈÕÂä ºÜÃÀ 2026")).isEqualTo("孩子在海滩上的日落 很美 2026");
  }

  @ParameterizedTest
  @CsvSource({"zh, GB2312, 0.1", "ja, Shift_JIS, 0.25", "ru, windows-1251, 0.1"})
  void repairsMostCaptionsWithAndWithoutNames(String language, String encoding, double most) {
    Charset charset = Charset.forName(encoding);
    List<String> captions =
        captions("brand-names.tsv", language).stream()
            .filter(charset.newEncoder()::canEncode)
            .toList();
    List<String> lost =
        captions.stream()
            .filter(
                text ->
                    !Mojibake.repaired(new String(text.getBytes(charset), ISO_8859_1)).equals(text))
            .toList();

    assertThat(captions).hasSizeGreaterThan(45);
    assertThat((double) lost.size() / captions.size()).as("%s", lost).isLessThan(most);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "一隻貓在桌子上睡覺", "海邊的夕陽與兩個人的剪影", "台北 101 大樓在雲霧之中",
        "香港街頭的 Toyota 計程車", "中國國家博物館前的廣場", "一碗牛肉麵和一雙筷子"
      })
  void repairsWhatWasSentAsBig5(String text) {
    String read = new String(text.getBytes(Charset.forName("Big5")), ISO_8859_1);

    assertThat(Mojibake.repaired(read)).isEqualTo(text);
  }

  @Test
  void neverMakesChineseOfKorean() {
    Charset charset = Charset.forName("EUC-KR");

    for (String text : captions("brand-names.tsv", "ko")) {
      String read = new String(text.getBytes(charset), ISO_8859_1);
      assertThat(LegacyMojibake.repaired(read)).isIn(text, read);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Une tasse de café posée près de la fenêtre à l'été",
        "Les élèves créées à Noël, où ça?",
        "PHOTOS D'ÉTÉ À L'ÎLE DE RÉ",
        "Promoções e decorações, coleções, ações",
        "AÇÃO E EMOÇÃO NO SÃO JOÃO",
        "Þórður á Íslandi við ána",
        "ÞAÐ ER ÓÐUR ÆÐI ÁÐUR",
        "Ísöld, þjóð, æðar, öðlast",
        "Một con chó màu nâu",
        "ÀÈÌÒÙ",
        "ÄÖÜß äöü",
        "Übergrößenträger",
        "Cœur brisé… — «oui»",
        "£££ €5 ™®©",
        "¡¿Qué?! ñandú ÑÑÑ",
        "naïve façade — déjà-vu",
        "Smörgåsbord på ö i å",
        "Åäö ÅÄÖ",
      })
  void leavesWhatAPersonWrote(String text) {
    assertThat(LegacyMojibake.repaired(text)).isEqualTo(text);
  }

  @Test
  void leavesCaptionsInLatinScripts() {
    List<String> all =
        ClassPathFile.lines(LegacyMojibakeTest.class, "captions.tsv")
            .map(line -> line.substring(line.indexOf('\t') + 1))
            .toList();

    assertThat(all)
        .hasSizeGreaterThan(60)
        .allMatch(text -> LegacyMojibake.repaired(text).equals(text))
        .allMatch(
            text -> {
              String loud = text.toUpperCase(java.util.Locale.ROOT);
              return LegacyMojibake.repaired(loud).equals(loud);
            });
  }
}
