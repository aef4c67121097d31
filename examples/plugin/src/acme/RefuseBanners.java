package acme;

import io.pairstream.plugin.Picture;
import io.pairstream.plugin.PicturePlugin;
import io.pairstream.plugin.PluginSettings;
import io.pairstream.plugin.PluginStep;
import io.pairstream.plugin.Verdict;

/** Refuses wide pictures with little in them, as banners are. */
public final class RefuseBanners implements PicturePlugin {

  @Override
  public String name() {
    return "acme-banners";
  }

  @Override
  public PluginStep<Picture> step(PluginSettings settings) {
    double ratio = settings.number("min-ratio", 2, 1, 100);
    double bits = settings.number("min-entropy-bits", 5, 0, 8);
    return new PluginStep<>() {
      @Override
      public String inWords() {
        return "refuses pictures %s times as wide as high with less than %s bits"
            .formatted(ratio, bits);
      }

      @Override
      public Verdict<Picture> apply(Picture picture) {
        boolean isWide = picture.widthPx() >= ratio * picture.heightPx();
        double entropy = picture.measures().getOrDefault("entropy_bits", 8.0);
        return isWide && entropy < bits
            ? Verdict.refuse("it looks like a banner", "图片看起来像横幅")
            : Verdict.keep(picture);
      }
    };
  }
}
