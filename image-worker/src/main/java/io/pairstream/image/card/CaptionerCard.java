package io.pairstream.image.card;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cleaning.tokens.TokenText;
import io.pairstream.image.plan.CaptionDecoding;
import io.pairstream.image.plan.CaptionWriting;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.plan.TextReading;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.protocol.ModelProtocol.Written;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two graphs of ONNX Runtime, one that sees a picture and one that writes a text of it.
 *
 * @param words what the ids of a text stand for
 */
public record CaptionerCard(CardFacts facts, CaptionWriting task, TokenText words)
    implements ProcessCard {

  /** Reply for a caption without a word, which a picture of the pool's own may have. */
  public static final NoAnswer WORDLESS =
      new NoAnswer(Failure.ODD_ANSWER, "the model wrote no word");

  private static final int MOST_PROMPT = 64;

  static CaptionerCard read(CardReader card) {
    List<NamedFile> files = card.files();
    PictureInput picture = card.picture();
    TokenText words = TokenText.from(card.keys(), "vocabulary");
    card.checkTokenizer("vocabulary");
    NamedFile decoder = card.file("decoder.");
    files.add(decoder);
    CaptionDecoding decoding = decoding(card, decoder.path().toString(), words.size());
    List<ModelOutput> outputs = card.outputs(name -> card.found(name, "words"));
    if (outputs.size() > 1) {
      card.keys().problem("outputs", "has one section: a captioner writes one text");
    }
    return new CaptionerCard(
        card.facts(
            files, outputs, card.batch(), card.perQuestion(), card.rendition(), card.asPairs()),
        new CaptionWriting(picture, decoding),
        words);
  }

  private static CaptionDecoding decoding(CardReader card, String file, int vocabulary) {
    RecipeReader keys = card.keys();
    List<Integer> begin = new ArrayList<>();
    begin.add(id(card, "start", vocabulary));
    begin.addAll(prompt(keys, vocabulary));
    return new CaptionDecoding(
        file,
        keys.text("decoder.encoded", "last_hidden_state"),
        keys.text("decoder.ids", "input_ids"),
        keys.text("decoder.states", "encoder_hidden_states"),
        keys.text("decoder.mask", ""),
        keys.text("decoder.logits", "logits"),
        begin,
        id(card, "end", vocabulary),
        keys.integer("decoder.most-tokens", 20, 1, 512),
        keys.integer("decoder.beams", 1, 1, 8),
        keys.number("decoder.length-penalty", 1, -10, 10),
        vocabulary);
  }

  private static int id(CardReader card, String name, int vocabulary) {
    String key = "decoder." + name;
    card.required(key, "give the id of the text's " + name);
    return card.keys().integer(key, 0, 0, vocabulary - 1);
  }

  private static List<Integer> prompt(RecipeReader keys, int vocabulary) {
    String ids = keys.text("decoder.prompt", "");
    List<String> parts = ids.isEmpty() ? List.of() : List.of(ids.split(",", -1));
    List<Integer> prompt =
        parts.stream()
            .map(String::strip)
            .filter(id -> id.matches("[0-9]{1,8}"))
            .map(Integer::valueOf)
            .filter(id -> id < vocabulary)
            .toList();
    if (prompt.size() < parts.size() || prompt.size() > MOST_PROMPT) {
      keys.problem(
          "decoder.prompt",
          "is ids of the vocabulary, as in \"1037, 3861\"; %d at most".formatted(MOST_PROMPT));
    }
    return prompt;
  }

  /** The prompt's words and those that were written; no more than an answer may have. */
  @Override
  public ItemReply inWords(ItemReply reply) throws OddAnswerException {
    CaptionDecoding decoding = task.decoding();
    if (!(reply instanceof Written written)
        || written.ids().size() > decoding.mostTokens()
        || written.ids().stream().anyMatch(id -> id < 0 || id >= words.size())) {
      throw new OddAnswerException("it is no caption, or one that the vocabulary has not");
    }
    List<Integer> begin = decoding.begin();
    List<Integer> all =
        Stream.concat(begin.subList(1, begin.size()).stream(), written.ids().stream()).toList();
    String text = TextReading.bounded(GeneratedText.of(words.of(all)));
    return text.isEmpty() ? WORDLESS : Given.text(outputs().get(0).name(), text);
  }
}
