/**
 * Moves a consumer group to another place in its topics: says first what that would do, keeps the
 * old offsets, and can go back.
 */
package io.pairstream.tools.groups;
