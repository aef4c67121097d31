/**
 * Pictures that nobody may keep, known by their digest or by their look. What is rejected here is
 * not kept in quarantine either. Knows no store and no topic.
 */
package io.pairstream.cleaning.forbidden;
