package acme;

import io.pairstream.plugin.Caption;
import io.pairstream.plugin.CaptionPlugin;
import io.pairstream.plugin.PluginSettings;
import io.pairstream.plugin.PluginStep;
import io.pairstream.plugin.Verdict;
import java.util.List;

/** Cuts off the name of a shop that a caption ends with, as in {@code Oak table | Acme Living}. */
public final class CutShopNames implements CaptionPlugin {

  @Override
  public String name() {
    return "acme-shop-names";
  }

  @Override
  public PluginStep<Caption> step(PluginSettings settings) {
    List<String> shops = settings.lines("shops-file");
    if (shops.isEmpty()) {
      settings.problem("shops-file", "names no shop; give a file with a shop on each line");
    }
    return new PluginStep<>() {
      @Override
      public String inWords() {
        return "cuts off the names of " + shops.size() + " shops";
      }

      @Override
      public Verdict<Caption> apply(Caption caption) {
        for (String shop : shops) {
          String end = " | " + shop;
          String text = caption.text();
          if (text.endsWith(end)) {
            return Verdict.keep(caption.withText(text.substring(0, text.length() - end.length())));
          }
        }
        return Verdict.keep(caption);
      }
    };
  }
}
