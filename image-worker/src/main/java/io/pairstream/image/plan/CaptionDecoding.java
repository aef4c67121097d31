package io.pairstream.image.plan;

import java.util.List;

/**
 * How a caption is written, by two graphs as Hugging Face's Optimum exports them. The card's own
 * file, the encoder, is shown the picture; the decoder is given what the encoder says, {@code
 * float32 [n, places, size]}, and the ids so far, {@code int64 [n, length]}, and gives {@code
 * float32 [n, length, ids]}: how likely each id is to come next, behind each place.
 *
 * @param decoder path of the decoder
 * @param encoded name of the encoder's output
 * @param ids name of the decoder's input for the ids so far
 * @param states name of its input for what the encoder says
 * @param mask name of its input {@code int64 [n, places]}, which has 1 everywhere; empty for none
 * @param logits name of its output
 * @param begin ids to begin with: that of the start, and those of a prompt
 * @param end id after which nothing comes
 * @param mostTokens most ids that are written behind the first ones, the end's with them; 1 to 512
 * @param beams texts that are followed at a time, of which the likeliest is kept; 1 to 8, where 1
 *     takes the likeliest id each time
 * @param lengthPenalty a text's score is the sum of its ids' log probabilities by its length to
 *     this power; of more than one beam
 * @param vocabulary how many ids the vocabulary has
 */
public record CaptionDecoding(
    String decoder,
    String encoded,
    String ids,
    String states,
    String mask,
    String logits,
    List<Integer> begin,
    int end,
    int mostTokens,
    int beams,
    double lengthPenalty,
    int vocabulary) {

  public CaptionDecoding {
    begin = List.copyOf(begin);
  }
}
