package io.github.qmp4j.blockjobs.bitmap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BitmapRule;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DirtyBitmap;
import io.github.qmp4j.blockjobs.graph.Chains;
import io.github.qmp4j.blockjobs.plan.CommandContext;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The persistent dirty bitmaps that are kept when their images go away, and the image that receives them.
 *
 * @param receiver the node-name of the image that goes on with them
 */
public record BitmapPlan(String receiver, List<Carried> carried) {

    /**
     * One bitmap, as it lies on several images.
     *
     * @param isNew whether the receiver has none of this name yet
     * @param sources the node-names of the images that have it and go away
     */
    record Carried(String name, long granularity, boolean isNew, List<String> sources) {}

    /**
     * Empty where there is nothing to be carried on, or the request does not ask for it.
     *
     * @param target the node-name of a copy's target
     * @throws BlockChainException if a bitmap has not recorded all that it would have to stand for
     */
    public static Optional<BitmapPlan> of(JobPlan plan, CommandContext context, Optional<String> target) {
        if (plan.request().settings().bitmaps() != BitmapRule.MERGE) {
            return Optional.empty();
        }
        List<BlockNode> images =
                plan.dropped().stream().filter(node -> !node.isFilter()).toList();
        TreeSet<String> names = new TreeSet<>();
        images.forEach(image -> bitmaps(context, image).forEach(bitmap -> names.add(bitmap.name())));
        if (names.isEmpty()) {
            return Optional.empty();
        }
        requireQcow2(plan);
        List<Carried> carried =
                names.stream().map(name -> carried(plan, context, images, name)).toList();
        return Optional.of(new BitmapPlan(target.orElseGet(() -> context.handle(plan.receiver())), carried));
    }

    /** What format a node of the caller has QEMU knows; it refuses the bitmap if it can hold none. */
    private static void requireQcow2(JobPlan plan) {
        String format = plan.receiver().driver();
        if (!format.equals("qcow2") && !format.isEmpty()) {
            throw new BlockChainException(
                    "an image of the format %s can hold no persistent dirty bitmaps; let the request drop them (JobSettings.withBitmaps), or use qcow2"
                            .formatted(format));
        }
    }

    private static Carried carried(JobPlan plan, CommandContext context, List<BlockNode> images, String name) {
        int holders = 0;
        while (holders < images.size()
                && bitmap(context, images.get(holders), name).isPresent()) {
            holders++;
        }
        Optional<DirtyBitmap> there =
                plan instanceof CopyPlan ? Optional.empty() : bitmap(context, plan.receiver(), name);
        List<BlockNode> rest = images.subList(holders, images.size());
        boolean isLower =
                rest.stream().anyMatch(image -> bitmap(context, image, name).isPresent());
        boolean isCut = plan.isReceiverAbove()
                ? there.isEmpty() || isLower
                : holders == 0 || isLower || (there.isPresent() && !rest.isEmpty());
        if (isCut) {
            throw new BlockChainException(
                    "the dirty bitmap %s is not on every image from the highest to the lowest that has it (%s), so it has not recorded every write; let the request drop it (JobSettings.withBitmaps), or remove it"
                            .formatted(name, Chains.drawn(plan.before())));
        }
        List<BlockNode> sources = images.subList(0, holders);
        sources.forEach(
                image -> requireWhole(image, bitmap(context, image, name).orElseThrow()));
        there.ifPresent(bitmap -> requireWhole(plan.receiver(), bitmap));
        long granularity = there.or(() -> bitmap(context, sources.get(0), name))
                .orElseThrow()
                .granularity();
        return new Carried(
                name,
                granularity,
                there.isEmpty(),
                sources.stream().map(context::handle).toList());
    }

    private static void requireWhole(BlockNode image, DirtyBitmap bitmap) {
        if (bitmap.inconsistent() || bitmap.busy() || !bitmap.recording()) {
            String why = bitmap.inconsistent() ? "inconsistent" : bitmap.busy() ? "in use" : "disabled";
            throw new BlockChainException(
                    "the dirty bitmap %s of %s is %s and cannot be merged; let the request drop it (JobSettings.withBitmaps), or remove it"
                            .formatted(bitmap.name(), image.label(), why));
        }
    }

    private static Optional<DirtyBitmap> bitmap(CommandContext context, BlockNode image, String name) {
        return bitmaps(context, image).stream()
                .filter(bitmap -> bitmap.name().equals(name))
                .findFirst();
    }

    private static List<DirtyBitmap> bitmaps(CommandContext context, BlockNode image) {
        return context.graph().nodes().stream()
                .filter(node -> image.nodeName().filter(node.name()::equals).isPresent())
                .flatMap(node -> node.bitmaps().stream())
                .filter(DirtyBitmap::persistent)
                .toList();
    }

    /** All of it at once, or nothing. */
    public QmpCommand<JsonNode> command() {
        ArrayNode actions = JsonNodeFactory.instance.arrayNode();
        for (Carried bitmap : carried) {
            if (bitmap.isNew()) {
                action(actions, "block-dirty-bitmap-add")
                        .put("node", receiver)
                        .put("name", bitmap.name())
                        .put("granularity", bitmap.granularity())
                        .put("persistent", true);
            }
            ArrayNode sources = action(actions, "block-dirty-bitmap-merge")
                    .put("node", receiver)
                    .put("target", bitmap.name())
                    .putArray("bitmaps");
            bitmap.sources()
                    .forEach(node -> sources.addObject().put("node", node).put("name", bitmap.name()));
        }
        return QmpCommand.of("transaction").with("actions", actions);
    }

    private static ObjectNode action(ArrayNode actions, String type) {
        return actions.addObject().put("type", type).putObject("data");
    }

    /** Those that would not be there without us. */
    List<String> added() {
        List<String> added = new ArrayList<>();
        carried.stream().filter(Carried::isNew).forEach(bitmap -> added.add(bitmap.name()));
        return added;
    }
}
