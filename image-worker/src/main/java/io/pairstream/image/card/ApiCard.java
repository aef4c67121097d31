package io.pairstream.image.card;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelOutput.As;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** An API that speaks as OpenAI's does; sees a picture alone, and writes a text. */
public record ApiCard(CardFacts facts, ApiCall call) implements ModelCard {

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
  private static final String NONE = "none";

  static ApiCard read(CardReader card) {
    RecipeReader keys = card.keys();
    String variable = keys.text("api.key-variable", "");
    if (!variable.isEmpty() && !VARIABLE.matcher(variable).matches()) {
      keys.problem("api.key-variable", "names an environment variable; the key itself stays there");
    }
    ApiCall call =
        new ApiCall(
            card.required("api.base-url", "name the API, as in https://api.openai.com/v1"),
            card.required("api.model", "name the model, as the API does"),
            card.required("api.prompt", "say what is asked of each picture"),
            variable,
            keys.choice(
                "api.max-tokens-parameter",
                "max_tokens",
                "max_tokens",
                "max_completion_tokens",
                NONE),
            keys.integer("api.max-tokens", 200, 1, 131_072),
            keys.text("api.temperature", "0").equals(NONE)
                ? OptionalDouble.empty()
                : OptionalDouble.of(keys.number("api.temperature", 0, 0, 2)),
            keys.integer("api.requests-per-minute", 60, 1, 100_000),
            keys.integer("api.concurrency", 4, 1, 64),
            keys.integer("api.most-calls", 0, 0, 1_000_000_000),
            Duration.ofSeconds(keys.integer("api.timeout-s", 60, 1, 3_600)));
    String answer = keys.text("api.answer", "caption");
    card.checkName("api.answer", answer);
    List<ModelOutput> outputs = List.of(ModelOutput.plain(answer, "", As.TEXT, 0));
    return new ApiCard(
        card.facts(
            List.of(),
            outputs,
            call.concurrency(),
            call.timeout(),
            card.rendition(),
            card.asPairs()),
        call);
  }
}
