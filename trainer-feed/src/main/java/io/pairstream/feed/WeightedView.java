package io.pairstream.feed;

import io.pairstream.feed.view.View;

/**
 * One of the views of a mix.
 *
 * @param weight samples that it gives for each {@code weight} of the others; at least 1
 */
public record WeightedView(View view, int weight) {}
