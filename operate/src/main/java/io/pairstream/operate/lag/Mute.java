package io.pairstream.operate.lag;

import java.time.Instant;

/**
 * A group that is known trouble: it decides nothing and raises no page until then.
 *
 * @param group its name
 * @param until when it counts again
 * @param why what is known of it, in the words of the operator who muted it
 * @param by who muted it
 */
public record Mute(String group, Instant until, String why, String by) {}
