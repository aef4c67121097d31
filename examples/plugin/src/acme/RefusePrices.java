package acme;

import io.pairstream.plugin.Caption;
import io.pairstream.plugin.CaptionPlugin;
import io.pairstream.plugin.PluginSettings;
import io.pairstream.plugin.PluginStep;
import io.pairstream.plugin.Verdict;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Refuses captions of offers, which say what something costs and little of the picture. */
public final class RefusePrices implements CaptionPlugin {

  private static final Pattern PRICE =
      Pattern.compile("[$€£¥] ?[0-9][0-9.,]*|[0-9][0-9.,]* ?(?:[$€£¥]|USD|EUR|元)");

  @Override
  public String name() {
    return "acme-prices";
  }

  @Override
  public PluginStep<Caption> step(PluginSettings settings) {
    int most = settings.whole("max-prices", 0, 0, 100);
    return new PluginStep<>() {
      @Override
      public String inWords() {
        return "refuses captions with more than " + most + " prices";
      }

      @Override
      public Verdict<Caption> apply(Caption caption) {
        Matcher prices = PRICE.matcher(caption.text());
        for (int found = 0; prices.find(); found++) {
          if (found == most) {
            String price = prices.group();
            return Verdict.refuse("it names a price, " + price, "文字中有价格：" + price);
          }
        }
        return Verdict.keep(caption);
      }
    };
  }
}
