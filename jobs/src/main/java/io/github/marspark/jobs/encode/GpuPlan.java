package io.github.marspark.jobs.encode;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Which operators of a query's physical plan run on a GPU, as RAPIDS plans it; no GPU is needed to know. Driver only.
 *
 * @param operators the plan from its result to its sources
 */
record GpuPlan(List<Operator> operators) {
    private static final String EXPLAIN = "com.nvidia.spark.rapids.ExplainPlan";
    private static final Pattern OPERATOR = Pattern.compile("( *)([^\\s\\w]) ?(?:Exec )?<(\\w+Exec)> (.*)");
    private static final Pattern REFUSED = Pattern.compile(" *[!@] ?[^*]*? because (.*)");
    private static final Set<String> ON_GPU = Set.of("*", "#");
    private static final String EXPRESSIONS = "not all expressions can be replaced";

    /**
     * An operator of a plan.
     *
     * @param depth how many operators stand between it and the result
     * @param name Spark's name of it
     * @param reasons why it does not run on a GPU; none if it does
     */
    record Operator(int depth, String name, List<String> reasons) {
        boolean onGpu() {
            return reasons.isEmpty();
        }

        /** The same operator, with what the line of one of its expressions adds. */
        private Operator withReasonOf(String line) {
            Matcher refused = REFUSED.matcher(line);
            if (onGpu() || !refused.matches() || refused.group(1).equals(EXPRESSIONS)) {
                return this;
            }
            List<String> more = new ArrayList<>(reasons);
            more.remove(EXPRESSIONS);
            more.add(refused.group(1));
            return new Operator(depth, name, List.copyOf(more));
        }
    }

    /**
     * Asks RAPIDS.
     *
     * @throws IllegalStateException if RAPIDS is not there
     */
    static GpuPlan of(Dataset<Row> query) {
        return parse(explained(query));
    }

    private static String explained(Dataset<Row> query) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try {
            Method explain = Arrays.stream(Class.forName(EXPLAIN, true, loader).getMethods())
                    .filter(method -> method.getName().equals("explainPotentialGpuPlan"))
                    .findFirst()
                    .orElseThrow(() -> new ClassNotFoundException(EXPLAIN + ".explainPotentialGpuPlan"));
            return String.valueOf(explain.invoke(null, query, "ALL"));
        } catch (ClassNotFoundException absent) {
            throw new IllegalStateException(
                    "RAPIDS is not on the class path; give it with --jars rapids-4-spark_2.12-25.04.0.jar");
        } catch (IllegalAccessException | InvocationTargetException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new IllegalStateException("RAPIDS cannot explain a plan: " + cause, cause);
        }
    }

    private static List<String> reasons(String words) {
        Matcher refused = REFUSED.matcher("! " + words);
        return List.of(refused.matches() ? refused.group(1) : words);
    }

    /** Reads what RAPIDS says: a line an operator, and below it, further to the right, its expressions and children. */
    static GpuPlan parse(String explained) {
        List<Operator> operators = new ArrayList<>();
        for (String line : explained.lines().toList()) {
            Matcher operator = OPERATOR.matcher(line);
            if (operator.matches()) {
                boolean onGpu = ON_GPU.contains(operator.group(2));
                List<String> reasons = onGpu ? List.of() : reasons(operator.group(4));
                operators.add(new Operator(operator.group(1).length() / 2, operator.group(3), reasons));
            } else if (!operators.isEmpty()) {
                operators.add(operators.remove(operators.size() - 1).withReasonOf(line));
            }
        }
        return new GpuPlan(List.copyOf(operators));
    }
}
